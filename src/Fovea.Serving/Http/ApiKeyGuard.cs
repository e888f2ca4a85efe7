using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Fovea.Serving.Http;

/// <summary>Lets through who shows the key. Whether the server lives may be asked without: those who watch it have none.</summary>
internal sealed class ApiKeyGuard(RequestDelegate next, string key)
{
    private const string Scheme = "Bearer ";

    // Of hashes, the comparison takes as long whatever was sent, and however much of it.
    private readonly byte[] _expected = Hash(key);

    public Task InvokeAsync(HttpContext context)
    {
        if (HealthPaths.Contains(context.Request.Path) || (Shown(context.Request.Headers) is { } shown && CryptographicOperations.FixedTimeEquals(Hash(shown), _expected)))
        {
            return next(context);
        }

        return ProblemMiddleware.Write(
            context, StatusCodes.Status401Unauthorized, "No valid key", "expected the server's key as \"Authorization: Bearer KEY\" or \"X-API-Key: KEY\".",
            configure: static headers => headers.WWWAuthenticate = "Bearer");
    }

    private static string? Shown(IHeaderDictionary headers)
    {
        string authorization = headers.Authorization.ToString();
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim()
            : headers["X-API-Key"].ToString() is { Length: > 0 } key ? key
            : null;
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
