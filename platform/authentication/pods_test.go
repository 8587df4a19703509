package authentication

import (
	"strings"
	"testing"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lvs-cloud/lvs-cloud/internal/graph"
)

// TestPods holds what each pod is given; the rest is the workload's.
func TestPods(t *testing.T) {
	g, err := graph.Run(withServer(valid()), graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	file := func(name, value string) string { return `{"name":"` + name + `","value":"` + value + `"}` }
	checkPod(t, g, "authentication",
		`"command":["authelia"],"env":[`+strings.Join([]string{
			file("X_AUTHELIA_CONFIG", "/etc/authelia/config/configuration.yml"), file("X_AUTHELIA_CONFIG_FILTERS", "template"),
			file("AUTHELIA_STORAGE_POSTGRES_PASSWORD_FILE", "/etc/authelia/database/DB_PASSWORD"), file("GOMEMLIMIT", "144MiB"),
			file("AUTHELIA_STORAGE_ENCRYPTION_KEY_FILE", "/etc/authelia/keys/storage-encryption-key"),
			file("AUTHELIA_SESSION_SECRET_FILE", "/etc/authelia/keys/session-secret"),
			file("AUTHELIA_SESSION_REDIS_PASSWORD_FILE", "/etc/authelia/keys/store-password"),
			file("AUTHELIA_IDENTITY_PROVIDERS_OIDC_HMAC_SECRET_FILE", "/etc/authelia/keys/oidc-hmac-secret"),
			file("AUTHELIA_NOTIFIER_SMTP_PASSWORD_FILE", "/etc/authelia/keys/mail-password"),
		}, ",")+`],"image":"`+testImage+`"`,
		`"httpGet":{"path":"/api/health","port":9091,"scheme":"HTTP"}`,
		`"ports":[{"containerPort":9091,"name":"http","protocol":"TCP"},{"containerPort":9959,"name":"metrics","protocol":"TCP"}]`,
		`"resources":{"limits":{"memory":"192Mi"},"requests":{"cpu":"10m","memory":"60Mi"}}`, `"priorityClassName":"lvs-gitops"`, `"runAsUser":65532`,
		`"type":"RollingUpdate"`,
		`"volumeMounts":[{"mountPath":"/etc/authelia/config","name":"files-0","readOnly":true},{"mountPath":"/etc/authelia/keys","name":"files-1","readOnly":true},`+
			`{"mountPath":"/etc/authelia/users","name":"files-2","readOnly":true},{"mountPath":"/etc/authelia/database","name":"files-3","readOnly":true},`+
			`{"mountPath":"/etc/authelia/issuer","name":"files-4","readOnly":true}]`,
		`{"configMap":{"defaultMode":288,"name":"authelia"},"name":"files-0"}`, `"secretName":"authelia-keys"`, `"secretName":"authelia-users"`,
		`{"name":"files-3","secret":{"defaultMode":288,"items":[{"key":"DB_HOST","path":"DB_HOST"},{"key":"DB_PASSWORD","path":"DB_PASSWORD"}],"secretName":"authelia-database"}}`,
		`{"name":"files-4","secret":{"defaultMode":288,"items":[{"key":"tls.key","path":"tls.key"}],"secretName":"authelia-issuer"}}`,
		`"annotations":{"lvs-cloud/revision":"`)
	checkPod(t, g, "authentication-store",
		`"command":["valkey-server","/etc/valkey/valkey.conf"],"image":"`+testStoreImage+`"`, `"tcpSocket":{"port":6379}`, `"type":"Recreate"`,
		`"resources":{"limits":{"memory":"32Mi"},"requests":{"cpu":"5m","memory":"10Mi"}}`, `"secretName":"session-store"`, `"annotations":{"lvs-cloud/revision":"`)
	g, err = graph.Run(withServer(small()), graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkPod(t, g, "authentication", `{"mountPath":"/var/lib/authelia","name":"scratch-0"}`, `{"emptyDir":{"sizeLimit":"4Mi"},"name":"scratch-0"}`)
	if _, err := g.Find(certificateToken, "authentication-issuer-key"); err == nil {
		t.Error("got a key for OpenID Connect, want none without a client")
	}
}

func checkPod(t *testing.T, g *graph.Graph, name string, want ...string) {
	t.Helper()
	spec := g.Get(t, deploymentToken, name).JSON(t, "spec")
	for _, w := range want {
		if !strings.Contains(spec, w) {
			t.Errorf("%s: got  %s\nwant %s", name, spec, w)
		}
	}
}

// TestRevision tells what starts the pod anew: the configuration, the users, and each secret.
func TestRevision(t *testing.T) {
	revision := func(change func(*Args)) string {
		args := valid()
		change(args)
		g, err := graph.Run(withServer(args), graph.Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(g.Get(t, deploymentToken, "authentication").JSON(t, "spec"), `"lvs-cloud/revision":"`)
		return after[:16]
	}
	one := revision(func(*Args) {})
	if again := revision(func(*Args) {}); again != one {
		t.Errorf("got %s and then %s for the same, want no difference", one, again)
	}
	for what, change := range map[string]func(*Args){
		"users":         func(a *Args) { a.Users = pulumi.String("others") },
		"a rule":        func(a *Args) { a.Rules[0].Policy = TwoFactor },
		"mail password": func(a *Args) { a.Mail.Password = pulumi.String("another") },
	} {
		if revision(change) == one {
			t.Errorf("%s: got the same revision, want another one", what)
		}
	}
}

func TestIssuer(t *testing.T) {
	g, err := graph.Run(withServer(valid()), graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := g.Get(t, issuerToken, "authentication-issuer").JSON(t, "spec"), `{"selfSigned":{}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	key := g.Get(t, certificateToken, "authentication-issuer-key")
	want := `{"commonName":"auth.cloud.example.com","duration":"87600h0m0s","issuerRef":{"group":"cert-manager.io","kind":"Issuer","name":"authelia-issuer"},` +
		`"privateKey":{"algorithm":"RSA","encoding":"PKCS8","rotationPolicy":"Never","size":3072},"secretName":"authelia-issuer","usages":["digital signature"]}`
	if got := key.JSON(t, "spec"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := key.JSON(t, "metadata"); !strings.Contains(got, `"pulumi.com/waitFor":"condition=Ready"`) {
		t.Errorf("got %s, want it waited for", got)
	}
}

func TestOrder(t *testing.T) {
	g, err := graph.Run(func(ctx *pulumi.Context) error {
		space, err := corev1.NewNamespace(ctx, "authentication", &corev1.NamespaceArgs{})
		if err != nil {
			return err
		}
		args := valid()
		args.After = []pulumi.Resource{space}
		return withServer(args)(ctx)
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	space := namespaceToken + " authentication"
	for _, edge := range [][3]string{
		{configToken, "authentication", space}, {secretToken, "authentication-keys", space}, {secretToken, "authentication-users", space},
		{secretToken, "authentication-store", space}, {deploymentToken, "authentication-store", space}, {deploymentToken, "authentication", space},
		{issuerToken, "authentication-issuer", space}, {certificateToken, "authentication-issuer-key", space},
		{secretToken, "authentication-database-client", space},
		{certificateToken, "authentication-issuer-key", issuerToken + " authentication-issuer"},
		{deploymentToken, "authentication-store", secretToken + " authentication-store"},
		{deploymentToken, "authentication", configToken + " authentication"}, {deploymentToken, "authentication", secretToken + " authentication-keys"},
		{deploymentToken, "authentication", secretToken + " authentication-users"},
		{deploymentToken, "authentication", certificateToken + " authentication-issuer-key"},
		{deploymentToken, "authentication", deploymentToken + " authentication-store"}, {deploymentToken, "authentication", serviceToken + " authentication-store"},
		{secretToken, "authentication-database-client", databaseToken + " authentication-database"},
		{deploymentToken, "authentication", secretToken + " authentication-database-client"},
	} {
		if got := strings.Join(g.Get(t, edge[0], edge[1]).Dependencies, "|") + "|"; !strings.Contains(got, edge[2]+"|") {
			t.Errorf("%s %s: got it after %s, want it after %s", edge[0], edge[1], got, edge[2])
		}
	}
	want := `{"cluster":{"name":"shared"},"connectionLimit":8,"databaseRoleReclaimPolicy":"retain","login":true,"name":"authelia","passwordSecret":{"name":"authelia-role"}}`
	if got := g.Get(t, "kubernetes:postgresql.cnpg.io/v1:DatabaseRole", "authentication-database-role").JSON(t, "spec"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestClientSecret(t *testing.T) {
	var plainText, hash string
	g := graph.CheckComponent(t, func(ctx *pulumi.Context) error {
		s, err := NewClientSecret(ctx, "grafana")
		if err != nil {
			return err
		}
		pulumi.All(s.Plain, s.Hash).ApplyT(func(v []any) error {
			plainText, hash = v[0].(string), v[1].(string)
			return nil
		})
		return nil
	})
	if plainText != passwordCanary || hash != bcryptCanary {
		t.Errorf("got %q and %q, want the password and its hash", plainText, hash)
	}
	if got, want := g.Get(t, passwordToken, "grafana").JSON(t, ""), `{"length":40,"special":false}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestGate(t *testing.T) {
	var reference string
	args := &GateArgs{Namespace: "monitoring", Server: "authentication"}
	program := func(ctx *pulumi.Context) error {
		g, err := NewGate(ctx, "monitoring-gate", args)
		if err != nil {
			return err
		}
		g.Reference.ApplyT(func(r string) string { reference = r; return r })
		return nil
	}
	g := graph.CheckComponent(t, program)
	gate := g.Get(t, "kubernetes:traefik.io/v1alpha1:Middleware", "monitoring-gate")
	want := `{"forwardAuth":{"address":"http://authelia.authentication.svc.cluster.local:9091/api/authz/forward-auth",` +
		`"authResponseHeaders":["Remote-User","Remote-Groups","Remote-Email","Remote-Name"],"maxResponseBodySize":8192,"trustForwardHeader":true}}`
	if got := gate.JSON(t, "spec"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := gate.JSON(t, "metadata"), `{"name":"sign-on","namespace":"monitoring"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if want := "monitoring-sign-on@kubernetescrd"; reference != want || GateReference("monitoring") != want {
		t.Errorf("got %q, want %q", reference, want)
	}
	ordered, err := graph.Run(func(ctx *pulumi.Context) error {
		space, err := corev1.NewNamespace(ctx, "monitoring", &corev1.NamespaceArgs{})
		if err != nil {
			return err
		}
		args.After = []pulumi.Resource{space}
		return program(ctx)
	}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := ordered.Get(t, "kubernetes:traefik.io/v1alpha1:Middleware", "monitoring-gate").Dependencies; !strings.Contains(strings.Join(got, "|"), namespaceToken) {
		t.Errorf("got it after %q, want it after its namespace", got)
	}
}
