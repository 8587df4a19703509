package home

import (
	"encoding/json"
	"fmt"
	"time"
)

// refresh is for how long an answer holds. Services are asked only while somebody looks.
const refresh = time.Minute

// patience is what an answer may take. All services are asked at once, so that the page takes no longer.
const patience = 3 * time.Second

// config is what is set of Glance's configuration. It does not mind a key that it does not know.
// Source: https://github.com/glanceapp/glance/blob/v0.8.4/docs/configuration.md
type config struct {
	Server   server   `json:"server"`
	Branding branding `json:"branding"`
	Pages    []page   `json:"pages"`
}

type server struct {
	Port int `json:"port"`
	// Proxied makes the address of a client the one that Traefik says.
	Proxied bool `json:"proxied"`
}

type branding struct {
	AppName string `json:"app-name"`
}

type page struct {
	Name                  string   `json:"name"`
	Width                 string   `json:"width"`
	HideDesktopNavigation bool     `json:"hide-desktop-navigation"`
	Columns               []column `json:"columns"`
}

type column struct {
	Size    string    `json:"size"`
	Widgets []monitor `json:"widgets"`
}

// usual is the one answer that Glance takes for good by itself.
const usual = 200

// monitor is the one kind of widget that is used: all others fetch from elsewhere.
type monitor struct {
	Type  string        `json:"type"`
	Title string        `json:"title"`
	Cache string        `json:"cache"`
	Sites []monitorSite `json:"sites"`
}

// monitorSite has no icon: a browser would fetch it from a network for content, by a name that says what runs here.
type monitorSite struct {
	Title          string `json:"title"`
	URL            string `json:"url"`
	CheckURL       string `json:"check-url"`
	Timeout        string `json:"timeout"`
	AllowInsecure  bool   `json:"allow-insecure,omitempty"`
	AltStatusCodes []int  `json:"alt-status-codes,omitempty"`
}

// Config is the configuration of Glance.
//
// Errors: args that New would refuse.
func (args *Args) Config() (string, error) {
	a, err := args.complete()
	if err != nil {
		return "", fmt.Errorf("home: %w", err)
	}
	text, err := json.MarshalIndent(a.config(), "", "  ") // YAML as well
	if err != nil {
		return "", fmt.Errorf("home: config: %w", err)
	}
	return string(text) + "\n", nil
}

func (args *Args) config() config {
	all := column{Size: "full"}
	for _, g := range args.Groups {
		m := monitor{Type: "monitor", Title: g.Name, Cache: seconds(refresh)}
		for _, s := range g.Sites {
			m.Sites = append(m.Sites, s.monitor())
		}
		all.Widgets = append(all.Widgets, m)
	}
	return config{
		Server: server{Port: Port, Proxied: true}, Branding: branding{AppName: args.Title},
		// One column, which a phone shows below each other and a screen beside each other.
		Pages: []page{{Name: args.Title, Width: "slim", HideDesktopNavigation: true, Columns: []column{all}}},
	}
}

func (s Site) monitor() monitorSite {
	m := monitorSite{
		Title: s.Title, URL: s.URL, CheckURL: s.Check.URL(), Timeout: seconds(patience), AllowInsecure: s.Check.OwnCertificate,
	}
	if s.Check.Status != 0 && s.Check.Status != usual {
		m.AltStatusCodes = []int{s.Check.Status}
	}
	return m
}

// seconds is a time as Glance reads it.
func seconds(d time.Duration) string { return fmt.Sprintf("%ds", int(d.Seconds())) }
