namespace Fovea.Io;

/// <summary>What an answer with a file says of it, checked before a byte of it is kept.</summary>
internal static class BodyChecks
{
    /// <summary>Refuses a page for people, and what was packed on its way.</summary>
    /// <exception cref="SourceException">It is one.</exception>
    public static void CheckKind(RemoteFile file, WebAnswer answer)
    {
        if (answer.Content.ContentType?.MediaType is { } type && type.Equals("text/html", StringComparison.OrdinalIgnoreCase))
        {
            throw new SourceException(file.Source, SourceError.Refused, "a page for people came (text/html) instead of a file; give the address of the file itself, or hf:owner/name");
        }

        if (answer.Content.ContentEncoding.Any(e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            throw new SourceException(file.Source, SourceError.Refused, $"the server packs the file ({ErrorText.Of(string.Join(", ", answer.Content.ContentEncoding))}) although it was asked not to");
        }
    }

    /// <summary>The length of the whole file, on which all who say it agree.</summary>
    /// <param name="file">What was asked for.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="sent">The length that its sender says; null for none.</param>
    /// <param name="most">How many bytes it may have.</param>
    /// <returns>Null where nobody says it, and the end of the body says it all the same.</returns>
    /// <exception cref="SourceException">They disagree, it is too long, or its end could not be told from a break.</exception>
    public static long? Length(RemoteFile file, WebAnswer answer, long? sent, long most)
    {
        if (sent is { } bytes && answer.Facts.Length is { } linked && bytes != linked)
        {
            throw new SourceException(file.Source, SourceError.Altered, $"the repository says that the file has {linked:N0} bytes, and {answer.Address.Host} has {bytes:N0}; nothing of it is kept");
        }

        long? length = sent ?? answer.Facts.Length;
        if (length > most)
        {
            throw TooLarge(file, $"{length:N0}", most);
        }

        return length is not null || answer.HasEnd || file.Sha256 is not null || answer.Facts.Sha256 is not null
            ? length
            : throw new SourceException(file.Source, SourceError.Refused,
                "the server does not say how long the file is, so that a part could not be told from the whole; give its checksum behind the address, #sha256=HEX");
    }

    /// <summary>The error of a file that is too long.</summary>
    public static SourceException TooLarge(RemoteFile file, string length, long most) => new(file.Source, SourceError.TooLarge,
        $"it has {length} bytes, and {most:N0} may be fetched{(file.Hub is null ? string.Empty : " (of all its files together)")}; set FOVEA_MAX_DOWNLOAD, such as 40GB, to fetch more");
}
