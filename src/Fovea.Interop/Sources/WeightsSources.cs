using System.Collections.Concurrent;

namespace Fovea.Io;

/// <summary>
/// Where weights are, as people write it: a path, <c>file:///PATH</c>, <c>https://HOST/PATH</c> (with <c>#sha256=HEX</c> where the checksum is known),
/// <c>hf:owner/name[@revision][/file]</c>. What reads weights by name (<see cref="WeightsFile"/> and all above it) takes any of them; here they
/// become files of this machine, from the cache where they are in it.
/// </summary>
/// <remarks>
/// Nothing is executed, and nothing is used before it is there whole. Within a program a source is asked for once: what it was then, it stays until the
/// program ends, so that all parts of it see the same weights. <see cref="Fetch"/> asks again.
/// </remarks>
public static class WeightsSources
{
    private static readonly ConcurrentDictionary<string, LocalWeights> s_known = new();

    /// <summary>Whether a text names a source rather than a path: <c>hf:</c>, <c>https:</c>, <c>file:</c> before it, or another scheme with two slashes, which is refused.</summary>
    public static bool IsSource(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return SourcePlace.IsSource(text);
    }

    /// <summary>Checks how a source is written, and asks nobody.</summary>
    /// <param name="text">What the user wrote; paths are always well.</param>
    /// <exception cref="OptionException">It is of no form that is known.</exception>
    public static void Check(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        SourcePlace.Parse(text);
    }

    /// <summary>The name of the file, such as <c>net.onnx</c>; empty for a repository without a file, where it is found out.</summary>
    /// <exception cref="OptionException">The source is of no form that is known.</exception>
    public static string FileNameOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return SourcePlace.Parse(text).FileName;
    }

    /// <summary>What to call the weights in a table: the file without its extension, the name of the repository.</summary>
    /// <exception cref="OptionException">The source is of no form that is known.</exception>
    public static string LabelOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return SourcePlace.Parse(text).Label;
    }

    /// <summary>Whether there may be something: a path that is there, or any source that would have to be asked for.</summary>
    /// <exception cref="OptionException">The source is of no form that is known.</exception>
    public static bool MayExist(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return SourcePlace.Parse(text) is not PathPlace { Path: var path } || Path.Exists(path);
    }

    /// <summary>Finds the files of a source, and fetches them where that was not done before.</summary>
    /// <param name="text">What the user wrote. A path is returned as it is, whether or not something is there.</param>
    /// <param name="progress">Is told how far a download is.</param>
    /// <param name="cancellation">Stops it; what came is kept where it can be continued.</param>
    /// <exception cref="OptionException">The source, or a variable of the environment, is of no form that is known.</exception>
    /// <exception cref="SourceException">The source cannot be had.</exception>
    /// <exception cref="SafetensorsException">It is an index of files that breaks the rules of its format.</exception>
    /// <exception cref="DiskFullException">There is no room for it.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static LocalWeights Open(string text, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        SourcePlace place = SourcePlace.Parse(text);
        if (place is PathPlace path)
        {
            return new LocalWeights(path, path.Path) { FileName = path.FileName };
        }

        var options = SourceOptions.FromEnvironment();
        string key = string.Join('\n', options.Cache, options.Endpoint, options.IsOffline, text);
        if (s_known.TryGetValue(key, out LocalWeights? known) && known.Files.Values.Prepend(known.Path).All(File.Exists))
        {
            return known;
        }

        LocalWeights found = Fetch(text, options, progress, cancellation);

        // Two threads that ask at once see what the first of them found.
        return s_known.AddOrUpdate(key, found, (_, other) => ReferenceEquals(other, known) ? found : other);
    }

    /// <summary>Finds the files of a source and asks its server, whatever was found before, whether they are still the same.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="options">How; null for what the environment says.</param>
    /// <param name="progress">Is told how far a download is.</param>
    /// <param name="cancellation">Stops it; what came is kept where it can be continued.</param>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static LocalWeights Fetch(string text, SourceOptions? options = null, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        SourcePlace place = SourcePlace.Parse(text);

        // On a thread of the pool, so that a caller's own context is not waited for while it waits.
        return Task.Run(async () =>
        {
            using var fetch = new SourceFetch(options ?? SourceOptions.FromEnvironment(), progress);
            return await fetch.RunAsync(place, cancellation);
        }, CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>Reads a source by its file; errors name the source, not the file in the cache.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="read">Reads the path that it is given.</param>
    /// <param name="progress">Is told how far a download is.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static T Read<T>(string text, Func<string, T> read, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default) =>
        Open(text, progress, cancellation).Read(read);
}
