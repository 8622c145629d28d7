package commands

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// zoneRead is a zone that words name, beside their time or for all of them.
type zoneRead struct {
	zone  *time.Location // nil: none is named
	name  string         // as IANA has it; empty: a distance from UTC
	short string         // the abbreviation that was typed
}

//go:embed zones.txt
var zoneList string

// zoneNames are the names of the IANA time zone database that name a place.
var zoneNames = append(strings.Fields(zoneList), "UTC")

// clearZones are the other names that mean one zone to everybody.
var clearZones = map[string]string{
	"z": "UTC", "gmt": "UTC", "ut": "UTC", "uct": "UTC", "zulu": "UTC",
	"etc/utc": "UTC", "etc/uct": "UTC", "etc/gmt": "UTC", "etc/zulu": "UTC", "etc/universal": "UTC",
	"cet": "CET", "eet": "EET", "met": "MET", "wet": "WET",
}

// summerTimes are abbreviations of a distance from UTC, in hours, that is in force in summer alone: beside a time they
// are clear, as a zone they are not.
var summerTimes = map[string]struct {
	east  int
	place string
}{
	"cest": {2, "Europe/Berlin"}, "mest": {2, "Europe/Berlin"}, "eest": {3, "Europe/Athens"}, "west": {1, "Europe/Lisbon"},
}

// doubtfulZones are abbreviations that are no zone's name: "EST" is five hours behind UTC even in summer in the database,
// and "IST" is three countries. They are refused with the places that may be meant.
var doubtfulZones = map[string][]string{
	"est": {"America/New_York"}, "edt": {"America/New_York"}, "et": {"America/New_York"},
	"cst": {"America/Chicago", "Asia/Shanghai"}, "cdt": {"America/Chicago"}, "ct": {"America/Chicago"},
	"mst": {"America/Denver", "America/Phoenix"}, "mdt": {"America/Denver"}, "mt": {"America/Denver"},
	"pst": {"America/Los_Angeles"}, "pdt": {"America/Los_Angeles"}, "pt": {"America/Los_Angeles"},
	"akst": {"America/Anchorage"}, "hst": {"Pacific/Honolulu"},
	"ast": {"America/Halifax", "Asia/Riyadh"}, "brt": {"America/Sao_Paulo"}, "art": {"America/Argentina/Buenos_Aires"},
	"bst": {"Europe/London", "Asia/Dhaka"}, "ist": {"Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"},
	"mez": {"Europe/Berlin"}, "mesz": {"Europe/Berlin"}, "msk": {"Europe/Moscow"}, "trt": {"Europe/Istanbul"},
	"sast": {"Africa/Johannesburg"}, "eat": {"Africa/Nairobi"}, "wat": {"Africa/Lagos"},
	"gst": {"Asia/Dubai"}, "pkt": {"Asia/Karachi"}, "sgt": {"Asia/Singapore"}, "hkt": {"Asia/Hong_Kong"},
	"jst": {"Asia/Tokyo"}, "kst": {"Asia/Seoul"}, "wib": {"Asia/Jakarta"},
	"aest": {"Australia/Sydney", "Australia/Brisbane"}, "aedt": {"Australia/Sydney"},
	"acst": {"Australia/Adelaide", "Australia/Darwin"}, "acdt": {"Australia/Adelaide"}, "awst": {"Australia/Perth"},
	"nzst": {"Pacific/Auckland"}, "nzdt": {"Pacific/Auckland"},
}

// findZone finds a zone by its name; the case does not matter.
func findZone(name string) (*time.Location, string, error) {
	lower := strings.ToLower(name)
	if name, ok := clearZones[lower]; ok {
		zone, err := time.LoadLocation(name)
		return zone, name, err
	}
	if summer, ok := summerTimes[lower]; ok {
		return nil, "", &zoneError{name, []string{summer.place}, "is in force in summer alone"}
	}
	if places, ok := doubtfulZones[lower]; ok {
		return nil, "", &zoneError{name, places, "is no time zone's IANA name"}
	}
	var near []string
	if one := text.Nearest(name, zoneNames); one != "" {
		near = []string{one}
	}
	for _, z := range zoneNames {
		switch {
		case strings.EqualFold(z, name):
			zone, err := time.LoadLocation(z)
			return zone, z, err
		case strings.EqualFold(city(z), name):
			near = []string{z} // "Berlin"
		}
	}
	return nil, "", &zoneError{name, near, "is not a time zone's IANA name"}
}

func city(zone string) string { return zone[strings.LastIndexByte(zone, '/')+1:] }

// namesZone reports whether a word behind a time is meant as a zone.
func namesZone(s string) bool {
	s = strings.ToLower(s)
	_, summer := summerTimes[s]
	return zoneShape.MatchString(s) || clearZones[s] != "" || summer || doubtfulZones[s] != nil ||
		slices.ContainsFunc(zoneNames, func(z string) bool { return strings.EqualFold(city(z), s) })
}

// namedZone is the zone that a match of timeShape names.
func namedZone(m []string) (zoneRead, error) {
	switch {
	case m[atOffset] != "":
		east, err := utcOffset(m[atOffset])
		return zoneRead{zone: time.FixedZone("UTC"+m[atOffset], east)}, err
	case m[atZone] != "":
		zone, name, err := findZone(m[atZone])
		return zoneRead{zone: zone, name: name}, err
	case m[atShort] != "":
		if summer, ok := summerTimes[strings.ToLower(m[atShort])]; ok {
			return zoneRead{zone: time.FixedZone(strings.ToUpper(m[atShort]), summer.east*3600)}, nil
		}
		zone, name, err := findZone(m[atShort])
		if err != nil && !namesZone(m[atShort]) {
			err = errNoTime
		}
		return zoneRead{zone, name, strings.ToUpper(m[atShort])}, err
	}
	return zoneRead{}, nil
}

// inForce says that another offset holds at a time than the typed abbreviation names: "02:10 CET" in July is what the
// clocks show there, which is CEST.
func (z zoneRead) inForce(at time.Time, said string) string {
	if z.short == "" || z.name == "UTC" {
		return ""
	}
	is, _ := at.In(z.zone).Zone()
	if is == z.short {
		return ""
	}
	return fmt.Sprintf("%s is what the clocks show in the zone %s: %s on that day, %s UTC.", said, z.name, is,
		at.UTC().Format("2006-01-02 15:04"))
}

// zoneError says that a zone is not known; near may be what was meant.
type zoneError struct {
	name string
	near []string
	is   string // why not
}

func (e *zoneError) Error() string {
	if len(e.near) == 0 {
		return e.is + ", such as Europe/Berlin"
	}
	return e.is + "; did you mean " + strings.Join(e.near, " or ") + "?"
}

// only is the one zone that can be meant; empty: there are several, or none.
func (e *zoneError) only() string {
	if len(e.near) != 1 {
		return ""
	}
	return e.near[0]
}
