//go:build chromium

package browser

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

var update = flag.Bool("update", false, "take the pictures of docs/cards anew")

// TestEveryStateIsDrawn draws each scene on each screen: nothing may be wider than its place. With -update, it takes
// the pictures of docs/cards.
func TestEveryStateIsDrawn(t *testing.T) {
	g := newGallery(t)
	scenes := readScenes(t)
	index := map[string]string{}
	tabs := map[string]*tab{"desktop": g.visit(tallDesktop), "phone": g.visit(tallPhone)}
	for _, s := range scenes {
		where := g.hang(s)
		for _, width := range widths {
			b := tabs[width]
			g.shows(b, s)
			at := b.drawn(where, s)
			if *update {
				write(t, pictureFile(s.Name, width), b.photograph(at))
			}
		}
		g.closes()
		for _, b := range tabs {
			b.until("no modal", fmt.Sprintf("!document.querySelector(%s)", quoted(id("modal"))))
		}
		index[s.Name] = s.sum(t)
	}
	if !*update {
		return
	}
	doc, err := json.MarshalIndent(index, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	write(t, "index.json", append(doc, '\n'))
	write(t, "README.md", []byte(album(scenes)))
}

func write(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(cards, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// place is where an element is in the window, and by how many pixels its content is wider than it.
type place struct{ X, Y, Width, Height, Over float64 }

// drawn waits until the whole of an element is in the window with all that a scene says, stands still, and nothing has
// the focus.
func (b *tab) drawn(selector string, s scene) place {
	b.t.Helper()
	says, err := json.Marshal(s.says(b.t))
	if err != nil {
		b.t.Fatal(err)
	}
	box := fmt.Sprintf(`(says => {
		const e = document.querySelector(%s), plain = t => t.replace(/\s+/g, "");
		if (!e || document.fonts.status !== "loaded") return null;
		const shown = plain(e.textContent);
		if (!says.every(t => shown.includes(plain(t)))) return null;
		if (document.activeElement !== document.body) { document.activeElement.blur(); return null; }
		e.scrollIntoView({block: "start", behavior: "instant"});
		const r = e.getBoundingClientRect(), within = document.createRange();
		within.selectNodeContents(e); // a home is as high as the window, whatever it says
		const bottom = Math.min(r.bottom, within.getBoundingClientRect().bottom + 20);
		if (bottom > innerHeight || r.top < 0) return null;
		const now = {X: r.left, Y: r.top, Width: r.width, Height: bottom - r.top, Over: e.scrollWidth - e.clientWidth};
		const same = JSON.stringify(now) === JSON.stringify(finders.before?.now);
		finders.before = {now, times: same ? finders.before.times + 1 : 0};
		return finders.before.times > 4 ? now : null;
	})(%s)`, quoted(selector), says)
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	at, err := chromedp.Run(ctx, chromedp.Poll[place](box, chromedp.WithPollingTimeout(patience)))
	if err != nil {
		b.t.Fatalf("waiting for the whole of %s in %s: %v\n%s", s.Name, selector, err, b.shown())
	}
	if at.Over > 0 {
		b.t.Errorf("%s is %v pixels wider than its place", s.Name, at.Over)
	}
	return at
}

// photograph is a picture of a place in the window.
func (b *tab) photograph(at place) []byte {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	shot, err := chromedp.Call(ctx, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{
		Clip: &cdppage.Viewport{X: math.Floor(at.X), Y: math.Floor(at.Y), Width: math.Ceil(at.Width),
			Height: math.Ceil(at.Height), Scale: 1}})
	if err != nil {
		b.t.Fatal(err)
	}
	return small(b.t, shot.Data)
}

// small is a picture with its 256 most frequent colours, which is all that text and a few signs need: a third of the
// bytes.
func small(t *testing.T, shot []byte) []byte {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA) }
	size := picture.Bounds()
	often := map[color.RGBA]int{}
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			often[at(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(often), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(often[b], often[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	var palette color.Palette
	for _, c := range colours[:min(len(colours), 256)] {
		palette = append(palette, c)
	}
	nearest := map[color.RGBA]uint8{}
	for c := range often {
		nearest[c] = uint8(palette.Index(c))
	}
	out := image.NewPaletted(size, palette)
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			out.SetColorIndex(x, y, nearest[at(x, y)])
		}
	}
	var doc bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&doc, out); err != nil {
		t.Fatal(err)
	}
	return doc.Bytes()
}
