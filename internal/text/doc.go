// Package text formats plain text: counts, lists, clipping, quoting for a shell, edit distance, and invisible
// characters. It knows nothing of resets.
package text
