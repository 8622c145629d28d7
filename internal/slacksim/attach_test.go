package slacksim_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

func TestSubmissionWithAFile(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	acts, commands := catch(t, sim)
	mara, api := sim.Person("U0MARA"), client(sim)
	field := slack.NewInputBlock("file", slack.NewTextBlockObject(slack.PlainTextType, "Plan", false, false), nil,
		slack.NewFileInputBlockElement("file").WithFileTypes("csv").WithMaxFiles(1))
	open := func() (slacksim.View, error) {
		must(mara.Command("C0INC", "/kafka-reset", "form"))(t)
		v := modal("Plan")
		v.Blocks.BlockSet = []slack.Block{field}
		if _, err := api.OpenView((<-commands).TriggerID, v); err != nil {
			return slacksim.View{}, err
		}
		return must(mara.WaitView(soon(t), func(v slacksim.View) bool { return v.Title == "Plan" }))(t), nil
	}
	view, err := open()
	if err != nil {
		t.Fatal(err)
	}
	id := mara.Upload("plan.csv", "orders,0,5\n")
	for _, wrong := range []string{"", "F0", mara.Upload("plan.xls", "x"), sim.Person("U0JON").Upload("plan.csv", "x"),
		id + "," + mara.Upload("b.csv", "x"), mara.Upload("large.csv", strings.Repeat("x", 10<<20+1))} {
		if _, err := mara.Submit(view, map[string]string{"file": wrong}); err == nil {
			t.Errorf("the client submitted %q", wrong)
		}
	}
	must(mara.Submit(view, map[string]string{"file": id}))(t)
	files := (<-acts).View.State.Values["file"]["file"].Files
	if len(files) != 1 || files[0].ID != id || files[0].Name != "plan.csv" || files[0].User != "U0MARA" {
		t.Fatalf("submitted %+v", files)
	}
	info, _, _, err := api.GetFileInfo(id, 0, 0)
	if err != nil || info.Size != 11 || info.Filetype != "csv" {
		t.Fatalf("%+v, %v", info, err)
	}
	var content strings.Builder
	if err := api.GetFile(info.URLPrivateDownload, &content); err != nil || content.String() != "orders,0,5\n" {
		t.Errorf("%q, %v", content.String(), err)
	}
	if _, _, _, err := api.GetFileInfo("F0", 0, 0); errorText(err) != "file_not_found" {
		t.Errorf("unknown file: %v", err)
	}

	sim.SetScopes(slices.DeleteFunc(slices.Clone(slacksim.DefaultScopes),
		func(s string) bool { return s == "files:read" })...)
	if _, err := open(); errorText(err) != "missing_scope" {
		t.Errorf("without files:read: %v", err)
	}
	if _, _, _, err := api.GetFileInfo(id, 0, 0); errorText(err) != "missing_scope" {
		t.Errorf("without files:read: %v", err)
	}
	content.Reset()
	if err := api.GetFile(info.URLPrivateDownload, &content); err == nil || !strings.Contains(err.Error(),
		"sign-in page") || content.String() != "" {
		t.Errorf("without files:read: %q, %v", content.String(), err)
	}
}
