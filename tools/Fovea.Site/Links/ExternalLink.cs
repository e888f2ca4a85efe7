namespace Fovea.Site.Links;

/// <summary>Links to other hosts: their form alone is looked at, nothing is asked for.</summary>
internal static class ExternalLink
{
    /// <summary>Whether a target names a scheme, as in <c>https://…</c>.</summary>
    public static bool Is(string target) => target.StartsWith("//", StringComparison.Ordinal) || (Uri.TryCreate(target, UriKind.Absolute, out Uri? uri) && !uri.IsFile);

    /// <summary>What is wrong with it; null for nothing.</summary>
    public static string? Fault(string target) => !Uri.TryCreate(target, UriKind.Absolute, out Uri? uri) ? "is no address"
        : uri.Scheme is not ("http" or "https" or "mailto" or "data") ? $"has the scheme {uri.Scheme}, where http, https or mailto was expected"
        : uri.Scheme is "http" or "https" && !uri.Host.Contains('.', StringComparison.Ordinal) && uri.Host != "localhost" ? $"has the host {uri.Host}, which is none"
        : null;
}
