namespace Fovea.Io;

/// <summary>Why a source gave no weights.</summary>
public enum SourceError
{
    /// <summary>The server has no such file, revision or repository.</summary>
    NotFound,

    /// <summary>The server wants to know who asks, or does not give the file to whom it knows.</summary>
    NotAllowed,

    /// <summary>The server answers otherwise than with the file: an error of its own, a page, a redirect that is not followed.</summary>
    Refused,

    /// <summary>The server cannot be reached, breaks off or falls silent, again and again.</summary>
    Broken,

    /// <summary>The file is not what the server or the user says of it: another length, another checksum.</summary>
    Altered,

    /// <summary>The file is larger than may be fetched.</summary>
    TooLarge,

    /// <summary>Nothing is to be asked of the network, and the cache does not have the file.</summary>
    Offline,
}

/// <summary>Weights could not be fetched from where they are. The message begins with the source as it was given; nothing half is ever used.</summary>
public sealed class SourceException : FoveaException
{
    /// <summary>Creates the error with the message <c>source: problem</c>.</summary>
    /// <param name="source">The source as it was given.</param>
    /// <param name="error">The kind.</param>
    /// <param name="problem">What was expected, what came, what to do; without a full stop.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public SourceException(string source, SourceError error, string problem, Exception? inner = null)
        : base($"{source}: {problem}.", inner) => Error = error;

    /// <summary>The kind.</summary>
    public SourceError Error { get; }
}
