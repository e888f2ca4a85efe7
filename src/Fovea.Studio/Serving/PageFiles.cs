using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Fovea.Studio.Serving;

/// <summary>The page and its scripts, out of the program itself.</summary>
internal static class PageFiles
{
    private const string Prefix = "page/";

    private static readonly FrozenDictionary<string, string> s_types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    public static void MapPage(this IEndpointRouteBuilder routes)
    {
        Assembly assembly = typeof(PageFiles).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            // A recursive directory comes with the separator of the machine that built.
            string path = name[Prefix.Length..].Replace('\\', '/');
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            RequestDelegate serve = Serve(bytes, s_types[Path.GetExtension(path)]);
            routes.MapGet(path == "index.html" ? "/" : $"/{path}", serve).ExcludeFromDescription();
        }
    }

    private static RequestDelegate Serve(byte[] bytes, string type)
    {
        string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes)[..8])}\"";
        return context =>
        {
            context.Response.Headers.CacheControl = "no-cache";
            context.Response.Headers.ETag = tag;
            if (context.Request.Headers.IfNoneMatch.Contains(tag))
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            context.Response.Headers[HeaderNames.ContentType] = type;
            context.Response.ContentLength = bytes.Length;
            return context.Response.Body.WriteAsync(bytes).AsTask();
        };
    }
}
