namespace Fovea.Io;

/// <summary>A request came to nothing in a way that may pass by itself.</summary>
/// <param name="problem">What happened, without a full stop.</param>
/// <param name="mayPass">Whether it is worth asking again.</param>
/// <param name="inner">The cause, if there is one.</param>
internal sealed class ConnectionException(string problem, bool mayPass = true, Exception? inner = null) : Exception(problem, inner)
{
    /// <summary>Whether it is worth asking again.</summary>
    public bool MayPass => mayPass;

    /// <summary>How long the server asks to be left alone.</summary>
    public TimeSpan? After { get; init; }

    /// <summary>What an error of the network is.</summary>
    public static ConnectionException Of(HttpRequestException error, Uri address) => error.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => new($"the name {address.Host} cannot be looked up; see whether there is a network", mayPass: false, error),
        HttpRequestError.SecureConnectionError => new($"{address.Host} cannot prove that it is {address.Host} ({Cause(error)})", mayPass: false, error),
        HttpRequestError.ConnectionError => new($"{address.Authority} cannot be reached ({Cause(error)})", inner: error),
        _ => new($"the connection to {address.Authority} broke off ({Cause(error)})", inner: error),
    };

    /// <summary>The innermost message, which says most, on one line.</summary>
    public static string Cause(Exception error) => ErrorText.Of(error.GetBaseException().Message).TrimEnd('.');
}
