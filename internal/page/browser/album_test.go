package browser

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// TestEveryStateHasItsPictures needs no browser: index.json says which blocks the pictures are of.
func TestEveryStateHasItsPictures(t *testing.T) {
	t.Parallel()
	var index map[string]string
	readJSON(t, "index.json", &index)
	scenes := readScenes(t)
	size := int64(0)
	expected := map[string]bool{}
	for _, s := range scenes {
		if index[s.Name] != s.sum(t) {
			t.Errorf("%s has other blocks than its pictures: make pictures, and look at them", s.Name)
		}
		for _, width := range widths {
			name := pictureFile(s.Name, width)
			expected[name] = true
			size += lookedAt(t, name)
		}
	}
	if most := int64(5 << 20); size > most {
		t.Errorf("the pictures are %d bytes in all, more than %d", size, most)
	}
	files, err := filepath.Glob(filepath.Join(cards, "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if name := filepath.Base(file); !expected[name] {
			t.Errorf("%s is a picture of no state", name)
		}
	}
	if len(index) != len(scenes) {
		t.Errorf("index.json has %d states, there are %d: make pictures", len(index), len(scenes))
	}
	readme, err := os.ReadFile(filepath.Join(cards, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if string(readme) != album(scenes) {
		t.Error("docs/cards/README.md does not show all states: make pictures")
	}
}

// lookedAt is the size of a picture, which has to be one.
func lookedAt(t *testing.T, name string) int64 {
	t.Helper()
	file, err := os.Open(filepath.Join(cards, name))
	if err != nil {
		t.Errorf("%v: make pictures", err)
		return 0
	}
	defer func() { _ = file.Close() }()
	picture, err := png.DecodeConfig(file)
	if err != nil || picture.Width < 300 || picture.Height < 40 {
		t.Errorf("%s is no picture: %d x %d, %v", name, picture.Width, picture.Height, err)
	}
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
