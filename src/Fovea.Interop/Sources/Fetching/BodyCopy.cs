using System.Security.Cryptography;

namespace Fovea.Io;

/// <summary>Writes what a server sends behind what is there, and computes the checksum of both.</summary>
internal sealed class BodyCopy(SourceOptions options, RemoteFile file, PartFile part, FetchProgress progress, Retries retries)
{
    private const int BufferBytes = 1 << 20;

    // So much has to come before a break counts as the first.
    private const long Some = 1 << 20;

    /// <summary>Copies until the server has sent all.</summary>
    /// <param name="answer">The answer, of the whole or of the rest.</param>
    /// <param name="whole">The length of the whole; null where nobody says it.</param>
    /// <param name="most">How many bytes the whole may have.</param>
    /// <param name="cancellation">Stops it; what came stays.</param>
    /// <returns>The SHA-256 of the whole.</returns>
    /// <exception cref="SourceException">More came than was said, or than may come; nothing of it stays.</exception>
    /// <exception cref="ConnectionException">It broke off; what came stays.</exception>
    /// <exception cref="DiskFullException">There is no room; nothing of it stays.</exception>
    public async Task<string> RunAsync(WebAnswer answer, long? whole, long most, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            await using FileStream to = part.Append(hash);
            await CopyAsync(answer, to, hash, whole, most, cancellation);
            to.Flush(flushToDisk: true);
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch (IOException error) when (AtomicFile.IsDiskFull(error))
        {
            // A disk that is full of a beginning is of no use to anybody.
            long needed = whole ?? part.Length;
            part.Discard();
            throw new DiskFullException($"{file.Source}: {part.Path}", needed, AtomicFile.FreeBytes(Path.GetDirectoryName(part.Path)!), error);
        }
        catch (Exception error) when (error is SourceException or DiskFullException)
        {
            part.Discard();
            throw;
        }
    }

    private async Task CopyAsync(WebAnswer answer, FileStream to, IncrementalHash hash, long? whole, long most, CancellationToken cancellation)
    {
        long free = AtomicFile.FreeBytes(Path.GetDirectoryName(part.Path)!);
        if (whole is { } expected && free >= 0 && expected - to.Length > free)
        {
            throw new DiskFullException($"{file.Source}: {part.Path}", expected - to.Length, free);
        }

        byte[] buffer = new byte[BufferBytes];
        long begin = to.Length, done = begin;
        progress.Tell(done, whole);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using Stream body = await answer.OpenAsync(cancellation);
        while (await ReadAsync(body, buffer, silence, answer, cancellation) is > 0 and var read)
        {
            if (done + read > (whole ?? most))
            {
                throw whole is not null
                    ? new SourceException(file.Source, SourceError.Altered, $"the server says that the file has {whole:N0} bytes, and sends more; nothing of it is kept")
                    : BodyChecks.TooLarge(file, $"more than {most:N0}", most);
            }

            await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
            hash.AppendData(buffer, 0, read);
            progress.Tell(done += read, whole);
            if (done - begin >= Some)
            {
                retries.Renew();
            }
        }

        if (whole is { } length && done < length)
        {
            throw new SourceException(file.Source, SourceError.Altered, $"the server says that the file has {length:N0} bytes, and ends it after {done:N0}; nothing of it is kept");
        }
    }

    private async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationTokenSource silence, WebAnswer answer, CancellationToken cancellation)
    {
        silence.CancelAfter(options.Silence);
        try
        {
            int read = await body.ReadAsync(buffer, silence.Token);

            // A slow disk is no silence of the server.
            silence.CancelAfter(Timeout.InfiniteTimeSpan);
            return read;
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new ConnectionException($"{answer.Address.Authority} sent nothing for {options.Silence.TotalSeconds:0.#} seconds", inner: error);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new ConnectionException($"the connection to {answer.Address.Authority} broke off ({ConnectionException.Cause(error)})", inner: error);
        }
    }
}
