using System.Security.Cryptography;
using System.Text;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>A pod template's short name.</summary>
internal static class Templates
{
    public static string Hash(ControllerSpec spec)
    {
        var text = spec.Others?.TryGetValue("template", out var template) == true ? template.GetRawText() : "";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 5));
    }
}
