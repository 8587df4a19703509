// Package plug is what the rehearsal's resource plug-ins have in common: it serves
// the plug-in protocol, checks inputs against a table of properties and makes the
// package schema from the same table. It holds no knowledge of any one resource.
package plug
