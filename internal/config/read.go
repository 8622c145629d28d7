package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Load reads the file at path. getenv is for ${NAME}, readFile for the file
// itself and those it names. The error is Problems, unless the file cannot be
// read at all.
func Load(path string, getenv func(string) (string, bool), readFile func(string) ([]byte, error)) (*Config, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	r := &reader{file: path, getenv: getenv, readFile: readFile, at: map[string]place{}}
	var c Config
	if root, ok := r.parse(text); ok {
		v := reflect.ValueOf(&c).Elem()
		setDefaults(v)
		r.value(root, "", v)
		r.checkConfig(&c)
	}
	if len(r.problems) > 0 {
		r.problems.sort()
		return nil, r.problems
	}
	return &c, nil
}

// reader walks the document and the types that mirror it.
type reader struct {
	file     string
	getenv   func(string) (string, bool)
	readFile func(string) ([]byte, error)
	at       map[string]place // by key path
	problems Problems
}

// place is the line of a key and its value as written, before ${NAME}.
type place struct {
	line    int
	written string
}

func (r *reader) problem(line int, key, format string, args ...any) {
	r.problems = append(r.problems, Problem{File: r.file, Line: line, Key: key, Text: fmt.Sprintf(format, args...)})
}

// bad is a problem with the key at path, in its own line or, if it is not in the file, in the nearest line above it.
// A key that could not be read, or is missing, is reported once.
func (r *reader) bad(path, format string, args ...any) {
	if slices.ContainsFunc(r.problems, func(p Problem) bool { return p.Key == path }) {
		return
	}
	r.problem(r.line(path), path, format, args...)
}

// broken reports whether a problem at path or below it was reported.
func (r *reader) broken(path string) bool {
	return slices.ContainsFunc(r.problems, func(p Problem) bool { return strings.HasPrefix(p.Key, path) })
}

func (r *reader) line(path string) int {
	for ; path != ""; path = path[:max(0, strings.LastIndexAny(path, ".["))] {
		if p, ok := r.at[path]; ok {
			return p.line
		}
	}
	return 1
}

// written is the value at path as the file has it, for messages.
func (r *reader) written(path string) string { return quote(r.at[path].written) }

// parse is the document's root mapping.
func (r *reader) parse(text []byte) (*yaml.Node, bool) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, second yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		r.problem(1, "", "the file is empty; start from config.example.yaml")
		return nil, false
	case err != nil:
		line, message := yamlMessage(err, string(text))
		r.problem(line, "", "%s", message)
		return nil, false
	}
	switch err := dec.Decode(&second); {
	case err == nil:
		r.problem(second.Line, "", "a second document begins here; keep everything in one")
	case !errors.Is(err, io.EOF):
		line, message := yamlMessage(err, string(text))
		r.problem(line, "", "%s", message)
	}
	return doc.Content[0], true
}

// value reads node into v, whose zero values are already the defaults.
func (r *reader) value(n *yaml.Node, path string, v reflect.Value) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch v.Interface().(type) {
	case Secret:
		if text, ok := r.text(n, path, "text"); ok {
			v.Set(reflect.ValueOf(NewSecret(text)))
		}
		return
	case time.Duration:
		r.duration(n, path, v)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		setDefaults(v.Elem())
		r.value(n, path, v.Elem())
	case reflect.Struct:
		r.mapping(n, path, v)
	case reflect.Slice:
		r.list(n, path, v)
	case reflect.String:
		if text, ok := r.text(n, path, "text"); ok {
			v.SetString(text)
		}
	case reflect.Bool:
		r.boolean(n, path, v)
	case reflect.Int, reflect.Int64:
		r.number(n, path, v)
	default:
		panic("config: no way to read a " + v.Type().String())
	}
}

func (r *reader) mapping(n *yaml.Node, path string, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		r.problem(n.Line, path, "must be keys and values, not %s; write key: value, with a space after the colon",
			kind(n))
		return
	}
	fields, known := fieldsOf(v.Type())
	first := map[string]int{}
	for i := 0; i < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		if val.Kind == yaml.AliasNode {
			val = val.Alias
		}
		at := join(path, key.Value)
		f, ok := fields[key.Value]
		if !ok {
			shown := at
			if !plainKey.MatchString(key.Value) {
				shown = path
			}
			r.problem(key.Line, shown, "%s", unknownKey(key.Value, known))
			continue
		}
		if line, twice := first[key.Value]; twice {
			r.problem(key.Line, at, "is given twice, first in line %d; remove one", line)
			continue
		}
		first[key.Value] = key.Line
		r.at[at] = place{key.Line, val.Value}
		if null(val) {
			r.empty(key.Line, at, f, v.FieldByIndex(f.Index))
			continue
		}
		r.filled(val, at, f, v.FieldByIndex(f.Index))
	}
	r.secretFiles(path, v)
	for _, name := range known {
		f := fields[name]
		_, there := first[name]
		_, twin := first[name+"_file"]
		if required(f) && !there && !twin {
			r.problem(n.Line, join(path, name), "is missing; give %s", f.Tag.Get("hint"))
		}
	}
}

// filled reads a value that is there; one that is required must not be empty.
func (r *reader) filled(n *yaml.Node, path string, f reflect.StructField, v reflect.Value) {
	before := len(r.problems)
	r.value(n, path, v)
	hollow := (v.Kind() == reflect.String || v.Kind() == reflect.Slice) && v.Len() == 0
	if hollow && required(f) && len(r.problems) == before {
		r.problem(r.line(path), path, "is empty; give %s", f.Tag.Get("hint"))
	}
}

// empty is a key without a value: harmless before a section whose lines are all
// comments, a mistake before anything else.
func (r *reader) empty(line int, path string, f reflect.StructField, v reflect.Value) {
	switch section := v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[Secret]() ||
		v.Kind() == reflect.Slice || v.Kind() == reflect.Pointer; {
	case required(f):
		r.problem(line, path, "has no value; give %s", f.Tag.Get("hint"))
	case !section || v.Type() == reflect.TypeFor[*int64]():
		r.problem(line, path, "has no value; give one, or remove the key for its default")
	}
}

// secretFiles fills each secret x from its twin x_file.
func (r *reader) secretFiles(path string, v reflect.Value) {
	fields, known := fieldsOf(v.Type())
	for _, name := range known {
		twin, ok := fields[name+"_file"]
		if !ok || fields[name].Type != reflect.TypeFor[Secret]() {
			continue
		}
		at, secret := join(path, name), v.FieldByIndex(fields[name].Index)
		file := v.FieldByIndex(twin.Index).String()
		_, inline := r.at[at]
		if file != "" && inline {
			r.problem(r.line(at+"_file"), at+"_file", "is given together with %s; keep one of the two", name)
			continue
		}
		if file != "" {
			if text, ok := r.named(at+"_file", file); ok {
				secret.Set(reflect.ValueOf(NewSecret(strings.TrimRight(string(text), "\r\n"))))
				at += "_file"
				inline = true
			}
		}
		if s := secret.Interface().(Secret); inline && s.Empty() && s.value != nil {
			r.problem(r.line(at), at, "is empty; give %s", fields[name].Tag.Get("hint"))
		}
	}
}

// named reads a file that the configuration names.
func (r *reader) named(key, path string) ([]byte, bool) {
	text, err := r.readFile(path)
	if err != nil {
		if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
			err = pathErr.Err // without the path: it may be a password under the wrong key
		}
		r.problem(r.line(key), key,
			"cannot be read: %v; check the path, relative to the working directory, and its permissions", err)
		return nil, false
	}
	return text, true
}

func (r *reader) list(n *yaml.Node, path string, v reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		r.problem(n.Line, path, "must be a list, not %s; write [one, two]", kind(n))
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		r.at[at] = place{item.Line, item.Value}
		if null(item) {
			r.problem(item.Line, at, "has no value; give one, or remove the dash")
			continue
		}
		setDefaults(out.Index(i))
		r.value(item, at, out.Index(i))
	}
	v.Set(out)
}

// setDefaults fills v and the sections that are always there.
func setDefaults(v reflect.Value) {
	if v.Kind() != reflect.Struct {
		return
	}
	if d, ok := v.Addr().Interface().(interface{ defaults() }); ok {
		d.defaults()
	}
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() {
			setDefaults(v.Field(i))
		}
	}
}

// fieldsOf are a struct's fields by key, and the keys in order.
func fieldsOf(t reflect.Type) (map[string]reflect.StructField, []string) {
	byKey := map[string]reflect.StructField{}
	var keys []string
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "-" || name == "" {
			continue
		}
		byKey[name] = f
		keys = append(keys, name)
	}
	return byKey, keys
}

func required(f reflect.StructField) bool {
	return strings.HasSuffix(f.Tag.Get("yaml"), ",required")
}

func null(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys and values"
	case yaml.SequenceNode:
		return "a list"
	default:
		return "a single value"
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
