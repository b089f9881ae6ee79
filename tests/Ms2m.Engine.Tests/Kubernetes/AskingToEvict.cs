using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.Engine.Kubernetes;
using Ms2m.Engine.Kubernetes.Evicting;
using Ms2m.Engine.Tests.Whole;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.Tests.Simulation;

namespace Ms2m.Engine.Tests.Kubernetes;

/// <summary>The endpoint that the API server asks before it evicts a pod, over TLS.</summary>
public sealed class AskingToEvict(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("admission-");

    [Fact]
    public async Task an_eviction_becomes_a_migration_and_is_refused_until_the_pod_is_gone()
    {
        await using var shop = await Shop.OpenAsync(fixture, "evicted");
        shop.Workers.Instead[nameof(TakeCheckpoint)] = _ => [];
        await using var engine = await EngineAsync(shop);

        var (allowed, code, message) = await AskAsync(engine, shop, shop.PodName);
        Assert.Equal((false, 429), (allowed, code));
        Assert.Contains("is being migrated", message, StringComparison.Ordinal);
        await Shop.WaitAsync("a migration is asked for", () => DrainingANode.Drains(shop).Count == 1);
        var asked = DrainingANode.Drains(shop)[0];
        await shop.UntilAsync("it is under way", one => one.Status?.Phase == "Checkpointing", asked.Metadata.Name!);
        (allowed, code, message) = await AskAsync(engine, shop, shop.PodName);
        Assert.Equal((false, 429), (allowed, code));
        Assert.Contains(asked.Metadata.Uid!, message, StringComparison.Ordinal);

        await shop.Workers.SendAsync(Names.Migrations, new CheckpointTaken(Guid.Parse(asked.Metadata.Uid!), StepNames.TakeCheckpoint, 1, "node-a", 1, 1));
        await shop.Workers.SendAsync(Names.Migrations, new TransferCompleted(
            Guid.Parse(asked.Metadata.Uid!), StepNames.SendCheckpoint, 1, "node-a", 1, "d", 1));
        await shop.UntilAsync("it has ended", one => Shop.Condition(one, "Completed") is { Status: "True" }, asked.Metadata.Name!);
        shop.Cluster.Change(cluster => cluster.Store.Remove(Resource.Of(Kinds.Pods).Key(shop.Space, shop.PodName)));

        Assert.True((await AskAsync(engine, shop, shop.PodName)).Allowed);
        Assert.Single(DrainingANode.Drains(shop));
    }

    [Fact]
    public async Task a_try_without_effect_has_none()
    {
        await using var shop = await Shop.OpenAsync(fixture, "tried");
        await using var engine = await EngineAsync(shop);

        // Otherwise whoever tries would ask for ever.
        Assert.True((await AskAsync(engine, shop, shop.PodName, dryRun: true)).Allowed);

        Assert.Null(shop.Cluster.Find(Kinds.Pods, shop.Space, shop.PodName)!.Metadata.Annotation(Markings.Eviction));
    }

    [Fact]
    public async Task what_is_none_of_ours_goes_and_what_cannot_be_seen_waits()
    {
        await using var shop = await Shop.OpenAsync(fixture, "foreign");
        shop.Cluster.Given(Kinds.Pods, new Pod { Metadata = new ObjectMeta { Name = "web", Namespace = shop.Space }, Status = new PodStatus { Phase = "Running" } });
        await using var engine = await EngineAsync(shop);

        Assert.True((await AskAsync(engine, shop, "web")).Allowed);
        Assert.True((await AskAsync(engine, shop, "nobody")).Allowed);
        shop.Cluster.Refuse = call => call.Resource == "pods" ? new ApiProblem(503, "", "away") : null;
        Assert.Equal((false, 429), (await AskAsync(engine, shop, "web")) is var (allowed, code, _) ? (allowed, code) : default);
    }

    [Fact]
    public async Task a_certificate_that_is_renewed_is_used_without_a_restart()
    {
        WriteCertificate("before");
        var time = new Delivery.Lab.ManualTime(DateTimeOffset.UtcNow);
        var certificate = new AdmissionCertificate(
            new KubernetesOptions { Namespace = "x", Identity = "x", Admission = Admission() }, time,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<AdmissionCertificate>.Instance);
        Assert.Equal("CN=before", certificate.Current().Subject);

        // Half of it is there: the old one goes on.
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "tls.crt"), "-----BEGIN CERTIFICATE-----\n");
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("CN=before", certificate.Current().Subject);

        WriteCertificate("after");
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("CN=after", certificate.Current().Subject);
    }

    [Fact]
    public async Task nothing_else_can_be_reached_there_and_it_is_nowhere_else()
    {
        await using var shop = await Shop.OpenAsync(fixture, "apart");
        await using var engine = await EngineAsync(shop);
        using var http = Client();

        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(Url(engine), "/migrations"))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsync(new Uri(Url(engine), AdmissionServer.Path), JsonContent.Create(new { apiVersion = "v1" }))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync(new Uri(engine.Url, AdmissionServer.Path), JsonContent.Create(new { }))).StatusCode);
    }

    [Fact]
    public async Task who_is_not_of_the_api_servers_authority_is_not_answered()
    {
        using var authority = Authority("front");
        using var other = Authority("front");
        var file = Path.Combine(_folder.FullName, "clients.crt");
        await File.WriteAllTextAsync(file, authority.ExportCertificatePem());
        await using var shop = await Shop.OpenAsync(fixture, "guarded");
        WriteCertificate("evictions");
        await using var engine = await shop.EngineAsync(admission: Admission() with { ClientAuthority = file });
        using var server = Issued(authority, "1.3.6.1.5.5.7.3.2");
        using var forged = Issued(other, "1.3.6.1.5.5.7.3.2");
        using var forServers = Issued(authority, "1.3.6.1.5.5.7.3.1");

        Assert.Equal(HttpStatusCode.OK, await HealthAsync(engine, server));
        foreach (var stranger in (X509Certificate2?[])[null, forged, forServers])
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => HealthAsync(engine, stranger));
        }
    }

    [Theory]
    [InlineData("http://0.0.0.0:9443", "https://")]
    [InlineData("https://somewhere:9443", "IP address")]
    public void an_address_that_cannot_be_used_is_one_sentence(string listen, string says)
    {
        var wrong = Assert.Throws<Hosting.EngineOptionsException>(() => AdmissionOptions.FromEnvironment(name => name == "MS2M_ADMISSION_LISTEN" ? listen : null));
        Assert.Contains(says, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void a_missing_certificate_is_named_at_the_start()
    {
        var wrong = Assert.Throws<Hosting.EngineOptionsException>(() => AdmissionOptions.FromEnvironment(name => name switch
        {
            "MS2M_ADMISSION_LISTEN" => "https://0.0.0.0:9443",
            "MS2M_ADMISSION_TLS" => _folder.FullName,
            _ => null,
        }));
        Assert.Contains("tls.crt", wrong.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<RunningEngine> EngineAsync(Shop shop)
    {
        WriteCertificate("evictions");
        return await shop.EngineAsync(admission: Admission());
    }

    private AdmissionOptions Admission() => new() { Listen = new Uri("https://127.0.0.1:0"), CertificateFolder = _folder.FullName };

    private static Uri Url(RunningEngine engine) => engine.Services.GetRequiredService<AdmissionServer>().Url!;

    private static HttpClient Client(X509Certificate2? own = null) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = new()
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=evictions",
            LocalCertificateSelectionCallback = own is null ? null : (_, _, _, _, _) => own,
        },
    });

    private static async Task<HttpStatusCode> HealthAsync(RunningEngine engine, X509Certificate2? own)
    {
        using var http = Client(own);
        using var answer = await http.GetAsync(new Uri(Url(engine), "/health"));
        return answer.StatusCode;
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddHours(1));
    }

    private static X509Certificate2 Issued(X509Certificate2 authority, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kube-apiserver", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        using var bare = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(key);
    }

    private static async Task<(bool Allowed, int? Code, string? Message)> AskAsync(RunningEngine engine, Shop shop, string pod, bool dryRun = false)
    {
        var uid = Guid.NewGuid().ToString();
        using var http = Client();
        // Letter by letter as an API server sends it.
        using var body = new StringContent($$$"""
            {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"{{{uid}}}","kind":{"group":"policy","version":"v1","kind":"Eviction"},
            "resource":{"group":"","version":"v1","resource":"pods"},"subResource":"eviction","requestKind":{"group":"policy","version":"v1","kind":"Eviction"},
            "name":"{{{pod}}}","namespace":"{{{shop.Space}}}","operation":"CREATE","userInfo":{"username":"kubernetes-admin","groups":["system:masters"]},
            "object":{"kind":"Eviction","apiVersion":"policy/v1","metadata":{"name":"{{{pod}}}","namespace":"{{{shop.Space}}}" },"deleteOptions":{} },
            "oldObject":null,"dryRun":{{{(dryRun ? "true" : "false")}}},"options":{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1" } } }
            """, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri(Url(engine), AdmissionServer.Path + "?timeout=5s"), body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var review = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(("admission.k8s.io/v1", "AdmissionReview", uid), ((string?)review["apiVersion"], (string?)review["kind"], (string?)review["response"]!["uid"]));
        var response = review["response"]!;
        return ((bool)response["allowed"]!, (int?)response["status"]?["code"], (string?)response["status"]?["message"]);
    }

    private void WriteCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddHours(1));
        File.WriteAllText(Path.Combine(_folder.FullName, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder.FullName, "tls.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
