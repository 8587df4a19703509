package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/units"

// The units of what is shown.
const (
	share     = units.PercentUnit
	bytes     = units.BytesIEC
	bytesPerS = units.BytesPerSecondIEC
	seconds   = units.Seconds
	amount    = units.Short
	requestsS = units.RequestsPerSecond
	perSecond = units.OpsPerSecond
	countPerS = units.CountsPerSecond
)

// Kind is how a panel shows what it asks.
type Kind string

// The kinds, by the names of Grafana's plug-ins.
const (
	// TimeSeries are lines over time.
	TimeSeries Kind = "timeseries"
	// Stat is the newest value in large letters.
	Stat Kind = "stat"
	// BarGauge is one bar for each of the newest values.
	BarGauge Kind = "bargauge"
	// Table has a column for each label and each query.
	Table Kind = "table"
	// Logs are lines of logs.
	Logs Kind = "logs"
)

// Panel is one part of a dashboard.
type Panel struct {
	Kind Kind
	// Title is what is shown above it, and Description what it means, shown on demand.
	Title, Description string
	// Unit is that of its values, by Grafana's name.
	// Default: none; with logs.
	Unit   string
	Source Source
	// Targets are what it asks.
	Targets []Target
	// Width and Height are those on a grid of 24 columns.
	Width, Height uint32
	// Limits colour the values.
	// Default: none.
	Limits *Limits
	// Max is where the scale ends that begins at zero.
	// Default: none; it follows the values.
	Max *float64
	// Stacked lays the lines on top of each other.
	Stacked bool
	// Names are what is shown in place of a number.
	// Default: none.
	Names []Name
	// SortBy is the column by which a table is sorted, the largest first.
	// Default: none.
	SortBy string
}

// Target is one query of a panel.
type Target struct {
	Expr string
	// Legend names its values, with labels in double braces; in a table, it is the title of its column.
	Legend string
	// Unit is that of its column in a table.
	// Default: the panel's.
	Unit string
}

// Limits say from where on a value is a warning, and from where on it is bad. When Bad is the smaller, low values are bad.
type Limits struct{ Warn, Bad float64 }

// Name is what is shown in place of a number.
type Name struct {
	Number, Text string
	Bad          bool
}

func lines(title, unit, description string, targets ...Target) Panel {
	return Panel{Kind: TimeSeries, Title: title, Unit: unit, Description: description, Source: Prometheus, Targets: targets, Width: 12, Height: 8}
}

func stat(title, unit, description, expr string) Panel {
	return Panel{Kind: Stat, Title: title, Unit: unit, Description: description, Source: Prometheus, Targets: []Target{{Expr: expr}}, Width: 4, Height: 4}
}

func bars(title, unit, description string, targets ...Target) Panel {
	return Panel{Kind: BarGauge, Title: title, Unit: unit, Description: description, Source: Prometheus, Targets: targets, Width: 12, Height: 8}
}

func table(title, unit, description string, targets ...Target) Panel {
	return Panel{Kind: Table, Title: title, Unit: unit, Description: description, Source: Prometheus, Targets: targets, Width: 24, Height: 8}
}

func logLines(title, description, expr string) Panel {
	return Panel{Kind: Logs, Title: title, Description: description, Source: Loki, Targets: []Target{{Expr: expr}}, Width: 24, Height: 12}
}

func (p Panel) sized(width, height uint32) Panel {
	p.Width, p.Height = width, height
	return p
}

func (p Panel) limits(warn, bad float64) Panel {
	p.Limits = &Limits{warn, bad}
	return p
}

func (p Panel) upTo(limit float64) Panel {
	p.Max = &limit
	return p
}

func (p Panel) stacked() Panel {
	p.Stacked = true
	return p
}

func (p Panel) from(s Source) Panel {
	p.Source = s
	return p
}

func (p Panel) named(names ...Name) Panel {
	p.Names = names
	return p
}

func (p Panel) sortedBy(column string) Panel {
	p.SortBy = column
	return p
}

// instant says that nothing but the newest value is shown, so that nothing else need be asked for.
func (p Panel) instant() bool { return p.Kind == Stat || p.Kind == BarGauge || p.Kind == Table }
