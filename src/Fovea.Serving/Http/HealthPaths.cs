using Microsoft.AspNetCore.Http;

namespace Fovea.Serving.Http;

/// <summary>Where the server is asked for its health.</summary>
internal static class HealthPaths
{
    /// <summary>Whether it lives.</summary>
    public const string Live = "/healthz";

    /// <summary>Whether it can answer.</summary>
    public const string Ready = "/readyz";

    public static bool Contains(PathString path) => path == Live || path == Ready;
}
