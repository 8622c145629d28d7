package reset

import "testing"

// An alert's name of a cluster is one of ours by name, alias or Kafka's id, and otherwise none.
func TestAClusterIsCalledByNameAliasOrID(t *testing.T) {
	t.Parallel()
	names := Names{Infos: []ClusterInfo{{Name: "prod-eu", ID: "4L6g3n", Aliases: []string{"lkc-8k2pz", "kafka-prod"}},
		{Name: "sandbox"}}, Known: map[string]string{"sandbox": "x1"}}
	for called, want := range map[string]string{"prod-eu": "prod-eu", "PROD-EU": "prod-eu", "LKC-8k2pz": "prod-eu",
		"4L6g3n": "prod-eu", "x1": "sandbox", "4l6g3n": "", "prod": "", "": "", "k8s-eu1": ""} {
		if got := names.Called(called); got != want {
			t.Errorf("%q: %q, want %q", called, got, want)
		}
	}
}
