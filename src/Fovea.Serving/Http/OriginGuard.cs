using System.Net;
using Microsoft.AspNetCore.Http;

namespace Fovea.Serving.Http;

/// <summary>What a server is to be asked as.</summary>
/// <param name="Address">The address that it listens on.</param>
/// <param name="WrongHost">What to say to who asks it by another name.</param>
/// <param name="WrongOrigin">What to say to a page from elsewhere.</param>
internal sealed record OwnAddress(IPAddress Address, string WrongHost, string WrongOrigin)
{
    /// <summary>Further names that it is asked by, such as that of a proxy before it.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
}

/// <summary>
/// Refuses what other sites send through the user's browser: a Host that is not this server (a name that was made to point here), and an
/// Origin or a fetch that comes from another page. A loopback server without these checks is open to every page that the user visits.
/// </summary>
internal sealed class OriginGuard(RequestDelegate next, OwnAddress own)
{
    private readonly bool _isLoopback = IPAddress.IsLoopback(own.Address);

    public Task InvokeAsync(HttpContext context)
    {
        SecurityHeaders.Set(context.Response.Headers);
        HttpRequest request = context.Request;
        if (!IsOwn(request.Host))
        {
            return ProblemMiddleware.Write(context, StatusCodes.Status421MisdirectedRequest, "Wrong host", own.WrongHost);
        }

        string? origin = request.Headers.Origin;
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        bool isForeign = (origin is not null && origin != $"{request.Scheme}://{request.Host}")
            || (site.Length > 0 && site is not ("same-origin" or "none"));
        return isForeign
            ? ProblemMiddleware.Write(context, StatusCodes.Status403Forbidden, "Wrong origin", own.WrongOrigin)
            : next(context);
    }

    // An address cannot be made to point elsewhere, a name can: on other than loopback addresses names are refused, but for this machine's own.
    private bool IsOwn(HostString host)
    {
        string name = host.Host.Trim('[', ']');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out IPAddress? given) && (!_isLoopback || IPAddress.IsLoopback(given)))
            || (!_isLoopback && name.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase))
            || own.Hosts.Contains(name, StringComparer.OrdinalIgnoreCase);
    }
}
