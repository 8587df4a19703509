// Package checks has what the software itself says about our configuration.
//
// Its tests run the real programs, built by `make software` in the versions that the cluster runs, on the loopback interface: each
// reads what a component renders, or is asked what a rule or a dashboard asks. It is a module of its own so that the program
// needs none of theirs.
package checks
