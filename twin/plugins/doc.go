// Package plugins holds the stand-ins for the Pulumi plug-ins that cannot be had as Go
// modules: language (pulumi-language-go), random and command, each a program in a folder
// of its own. They speak the plug-in protocol as the official ones do, for what the
// rehearsal uses, and answer everything else with a clear error.
package plugins
