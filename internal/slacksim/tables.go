package slacksim

import "fmt"

// Limits of tables (types; docs, table block and data table block). All count code points.
const (
	tableRows    = 100
	tableColumns = 20
	tableText    = 10_000
	dataRows     = tableRows + 1 // the first is the header
	dataLeast    = 2
	dataPage     = 100
)

func wrongTable(block obj, at string) []string {
	rows := list(block, "rows")
	return append(wrongCount(len(rows), 1, tableRows, at+"/rows"), wrongCells(rows, at)...)
}

// wrongDataTable judges what the types leave open (docs, data table block): 2 to 101 rows of equally many cells, at
// most 20, a header without rich text, and a page of 1 to 100 rows. SG allows raw_text alone in the header.
func wrongDataTable(block obj, at string) []string {
	rows := list(block, "rows")
	wrong := append(wrongCount(len(rows), dataLeast, dataRows, at+"/rows"), wrongCells(rows, at)...)
	if str(block, "caption") == "" {
		wrong = append(wrong, complain("must be more than 0 characters", at+"/caption"))
	}
	columns := 0
	for i, r := range rows {
		cells, _ := r.([]any)
		place := fmt.Sprintf("%s/rows/%d", at, i)
		if i == 0 {
			columns = len(cells)
			wrong = append(wrong, wrongHeader(cells, place)...)
		}
		if len(cells) != columns {
			wrong = append(wrong, complain(fmt.Sprintf("must have as many cells as the header: %d", columns), place))
		}
		if len(cells) == 0 {
			wrong = append(wrong, complain("no fewer than 1 items allowed", place))
		}
	}
	wrong = append(wrong, wrongWhole(block, "page_size", 1, dataPage, at)...)
	return append(wrong, wrongWhole(block, "row_header_column_index", 0, max(0, columns-1), at)...)
}

func wrongHeader(cells []any, at string) []string {
	var wrong []string
	for i, c := range cells {
		if cell, _ := c.(obj); str(cell, "type") != "raw_text" {
			wrong = append(wrong, complain("unsupported type: "+str(cell, "type"), fmt.Sprintf("%s/%d/type", at, i)))
		}
	}
	return wrong
}

// wrongCells judges what both kinds of tables share: the columns, and the characters of all cells.
func wrongCells(rows []any, at string) []string {
	var wrong []string
	total := 0
	for i, r := range rows {
		cells, _ := r.([]any)
		if len(cells) > tableColumns {
			wrong = append(wrong, complain(fmt.Sprintf("no more than %d items allowed", tableColumns),
				fmt.Sprintf("%s/rows/%d", at, i)))
		}
		total += textIn(cells)
	}
	if total > tableText {
		wrong = append(wrong, complain(fmt.Sprintf("table must be less than %d characters", tableText+1), at+"/rows"))
	}
	return wrong
}

func wrongCount(n, least, most int, at string) []string {
	switch {
	case n < least:
		return []string{complain(fmt.Sprintf("no fewer than %d items allowed", least), at)}
	case n > most:
		return []string{complain(fmt.Sprintf("no more than %d items allowed", most), at)}
	}
	return nil
}

// wrongWhole judges an optional whole number.
func wrongWhole(block obj, key string, least, most int, at string) []string {
	n, given := block[key].(float64)
	if !given || n == float64(int(n)) && int(n) >= least && int(n) <= most {
		return nil
	}
	return []string{complain(fmt.Sprintf("must be a whole number from %d to %d", least, most), at+"/"+key)}
}
