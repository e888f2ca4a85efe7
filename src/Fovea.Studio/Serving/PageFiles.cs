using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Fovea.Studio.Serving;

/// <summary>
/// The page and its scripts, out of the program itself. They are answered ahead of all routes: the table of routes takes as long to make as everything else that
/// a browser waits for, and the page can be there meanwhile.
/// </summary>
internal sealed class PageFiles(RequestDelegate next)
{
    private const string Prefix = "page/";

    private static readonly FrozenDictionary<string, string> s_types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    private readonly Dictionary<string, PageFile> _files = Read();

    public Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) || !_files.TryGetValue(context.Request.Path.Value ?? string.Empty, out PageFile? file))
        {
            return next(context);
        }

        HttpResponse response = context.Response;
        response.Headers.CacheControl = "no-cache";
        response.Headers.ETag = file.Tag;
        if (context.Request.Headers.IfNoneMatch.Contains(file.Tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.Headers[HeaderNames.ContentType] = file.Type;
        response.ContentLength = file.Bytes.Length;
        return response.Body.WriteAsync(file.Bytes).AsTask();
    }

    private static Dictionary<string, PageFile> Read()
    {
        var files = new Dictionary<string, PageFile>(StringComparer.Ordinal);
        Assembly assembly = typeof(PageFiles).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            // A recursive directory comes with the separator of the machine that built.
            string path = name[Prefix.Length..].Replace('\\', '/');
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes)[..8])}\"";
            files[path == "index.html" ? "/" : $"/{path}"] = new PageFile(bytes, s_types[Path.GetExtension(path)], tag);
        }

        return files;
    }

    private sealed record PageFile(byte[] Bytes, string Type, string Tag);
}
