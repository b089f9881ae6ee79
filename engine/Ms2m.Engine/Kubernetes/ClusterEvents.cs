using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Kubernetes;

/// <summary>Says things that <c>kubectl describe</c> shows. The same thing about the same object is said once: its name is
/// made of what is said.</summary>
public sealed partial class ClusterEvents(IKubernetesApi api, TimeProvider time, ILogger<ClusterEvents> logger)
{
    private const int LongestMessage = 1024;

    // The server forgets events after an hour; so long there is no need to ask it.
    private static readonly TimeSpan _remembered = TimeSpan.FromMinutes(50);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _said = [];

    public async Task SayAsync(ObjectReference about, Saying saying, CancellationToken token)
    {
        var name = NameOf(about, saying);
        var now = time.GetUtcNow();
        if (_said.TryGetValue(name, out var at) && now - at < _remembered)
        {
            return;
        }

        Forget(now);
        // Events of what belongs to no namespace are in this one.
        var home = about.Namespace ?? "default";
        var answer = await api.CreateAsync(
            Kinds.Events,
            new CoreEvent
            {
                ApiVersion = Kinds.Events.ApiVersion,
                Kind = Kinds.Events.Name,
                Metadata = new ObjectMeta { Name = name, Namespace = home },
                InvolvedObject = about,
                Reason = saying.Reason,
                Message = saying.Message.Length <= LongestMessage ? saying.Message : saying.Message[..LongestMessage],
                Type = saying.IsWarning ? "Warning" : "Normal",
                Count = 1,
                FirstTimestamp = saying.At ?? now,
                LastTimestamp = saying.At ?? now,
                Source = new EventSource { Component = "ms2m-engine" },
            },
            token);
        if (answer.Problem is null or { Exists: true })
        {
            _said[name] = now;
        }
        else
        {
            LogUnsaid(saying.Reason, about.Name, answer.Problem.Message);
        }
    }

    public static ObjectReference About<T>(Kind<T> kind, T what)
        where T : KubernetesObject => new()
        {
            ApiVersion = kind.ApiVersion,
            Kind = kind.Name,
            Namespace = what.Metadata.Namespace,
            Name = what.Metadata.Name,
            Uid = what.Metadata.Uid,
        };

    internal static string NameOf(ObjectReference about, Saying saying)
    {
        var what = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{about.Uid}\n{saying.Reason}\n{saying.Once ?? saying.Message}")))[..16];
        var name = about.Name ?? "unknown";
        return $"{(name.Length <= 200 ? name : name[..200].TrimEnd('-', '.'))}.{what}";
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var old in _said.Where(one => now - one.Value >= _remembered).Select(one => one.Key).ToArray())
        {
            _said.TryRemove(old, out _);
        }
    }

    [LoggerMessage(1810, LogLevel.Warning, "The event {Reason} about {Name} could not be written: {Why}")]
    private partial void LogUnsaid(string reason, string? name, string why);
}

/// <summary>One thing that is said of an object.</summary>
/// <param name="Reason">One word in CamelCase.</param>
/// <param name="Once">What makes it the same thing again, where its message changes; its message when absent.</param>
public sealed record Saying(string Reason, string Message, bool IsWarning = false, DateTimeOffset? At = null, string? Once = null);
