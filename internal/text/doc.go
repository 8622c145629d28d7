// Package text is what plain text needs everywhere: counting, lists, clipping, quoting for a shell, edit distance,
// and what of a name can be seen. It knows nothing of resets.
package text
