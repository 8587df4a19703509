package stacks

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/platform/authentication"
	"github.com/lvs-cloud/lvs-cloud/platform/door"
	"github.com/lvs-cloud/lvs-cloud/platform/grafana"
	"github.com/lvs-cloud/lvs-cloud/platform/home"
	"github.com/lvs-cloud/lvs-cloud/platform/priority"
)

// authentication makes the sign-on.
func (p *platform) authentication(ctx *pulumi.Context) error {
	if !p.has(Authentication) {
		return nil
	}
	args := &authentication.Args{
		Namespace: authenticationNamespace, Image: autheliaImage, StoreImage: valkeyImage, Domain: p.Domain, Rules: p.rules(), Server: p.database,
		Users: p.secrets.Users, Mail: p.signOnMail(), PriorityClass: string(priority.System), Size: authentication.SizeFor(p.Profile),
		// Its key is made by cert-manager.
		After: p.after(authenticationNamespace, p.certified...),
	}
	if p.has(Home) {
		args.Home = homeName
	}
	if p.secrets.Users == nil {
		first, err := authentication.NewFirstUser(ctx, "first-user", p.Domain, admins)
		if err != nil {
			return err
		}
		args.Users = first.Users
		ctx.Export("adminPassword", first.Password)
	}
	if p.has(Monitoring) {
		secret, err := authentication.NewClientSecret(ctx, "grafana-client")
		if err != nil {
			return err
		}
		p.grafanaSecret = secret
		args.Clients = []authentication.Client{{
			ID: grafanaName, Name: "Grafana", RedirectURIs: []string{p.url(grafanaName) + grafana.RedirectPath},
			SecretHash: secret.Hash, Policy: authentication.TwoFactor,
		}}
	}
	signOn, err := authentication.New(ctx, "authentication", args, p.api...)
	if err != nil {
		return err
	}
	p.signOn = signOn
	p.answered(signOnName, signOn.Ready)
	return nil
}

// doors lets people in to what is made by now, each past the gate that its policy asks for.
func (p *platform) doors(ctx *pulumi.Context) error {
	gates := map[string]*authentication.Gate{}
	for _, d := range p.open() {
		if d.namespace == "" {
			continue
		}
		after := append(p.after(d.namespace), p.answers[d.name]...)
		var middlewares []string
		if d.policy != "" {
			gate, err := p.gate(ctx, d.namespace, gates)
			if err != nil {
				return err
			}
			middlewares, after = []string{authentication.GateReference(d.namespace)}, append(after, gate.Ready...)
		}
		var err error
		if d.name == traefikName {
			_, err = door.NewDashboard(ctx, d.name, &door.DashboardArgs{Host: p.host(d.name), Middlewares: middlewares, After: after}, p.api...)
		} else {
			_, err = door.New(ctx, d.name, &door.Args{
				Host: p.host(d.name), Namespace: d.namespace, Service: d.service, Port: d.port, Middlewares: middlewares, After: after,
			}, p.api...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// gate is that of a namespace, which is made once.
func (p *platform) gate(ctx *pulumi.Context, namespace string, made map[string]*authentication.Gate) (*authentication.Gate, error) {
	if made[namespace] != nil {
		return made[namespace], nil
	}
	gate, err := authentication.NewGate(ctx, "gate-"+namespace, &authentication.GateArgs{
		Namespace: namespace, Server: authenticationNamespace, After: slices.Concat(p.after(namespace), p.traefik, p.signOn.Ready),
	}, p.api...)
	made[namespace] = gate
	return gate, err
}

// home makes the start page, of everything that there is.
func (p *platform) home(ctx *pulumi.Context) error {
	if !p.has(Home) {
		return nil
	}
	page, err := home.New(ctx, "home", &home.Args{
		Namespace: homeNamespace, Image: glanceImage, PriorityClass: string(priority.Observability), Size: home.SizeFor(p.Profile),
		Title: p.Domain, Groups: p.sites(), After: p.after(homeNamespace),
	}, p.api...)
	if err != nil {
		return err
	}
	p.answered(homeName, page.Ready)
	return nil
}

// signOnMail is the mail server as the sign-on takes it.
func (p *platform) signOnMail() *authentication.Mail {
	if p.SMTP == nil {
		return nil
	}
	return &authentication.Mail{
		Host: p.SMTP.Host, Port: p.SMTP.Port, Username: p.SMTP.Username, Password: p.secrets.SMTPPassword, Sender: p.SMTP.From,
	}
}
