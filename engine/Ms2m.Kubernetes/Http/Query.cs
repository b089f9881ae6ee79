using System.Text;
using Ms2m.Kubernetes.Api;

namespace Ms2m.Kubernetes.Http;

/// <summary>What stands behind a path, begun by its question mark.</summary>
internal sealed class Query
{
    private readonly StringBuilder _text = new();

    /// <param name="value">Null leaves it out.</param>
    public Query Add(string name, string? value)
    {
        if (value is not null)
        {
            _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return this;
    }

    public Query Add(Selection which) => Add("labelSelector", which.Labels).Add("fieldSelector", which.Fields);

    public override string ToString() => _text.ToString();
}
