using System.Globalization;
using System.Security.Cryptography;

namespace Fovea.Io;

/// <summary>
/// The beginning of a file that is being fetched, and beside it (<c>.of</c>) by what the server told its state: the length and a strong tag, or
/// the time of its last change. Only with these is it ever continued.
/// </summary>
/// <param name="path">Where the bytes are.</param>
internal sealed class PartFile(string path)
{
    private const int Lines = 3;
    private readonly string _state = System.IO.Path.ChangeExtension(path, ".of");

    /// <summary>The bytes.</summary>
    public string Path { get; } = path;

    /// <summary>How many bytes there are.</summary>
    public long Length => new FileInfo(Path) is { Exists: true } file ? file.Length : 0;

    /// <summary>What the bytes are the beginning of; null where they cannot be continued.</summary>
    public PartState? State
    {
        get
        {
            string[] lines = File.Exists(_state) ? File.ReadAllLines(_state) : [];
            return lines.Length == Lines && Length > 0 && long.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out long total) && Length < total && lines[1].Length > 0
                ? new PartState(total, lines[1], lines[2].Length > 0 ? lines[2] : null)
                : null;
        }
    }

    /// <summary>Begins anew.</summary>
    /// <param name="state">What the bytes that come will be the beginning of; null if it cannot be continued after a break.</param>
    public void Begin(PartState? state)
    {
        Discard();
        if (state is not null)
        {
            File.WriteAllLines(_state, [state.Total.ToString(CultureInfo.InvariantCulture), state.Validator, state.Sha256 ?? string.Empty]);
        }
    }

    /// <summary>Opens the bytes to add to them.</summary>
    /// <param name="hash">Is given those that are there.</param>
    public FileStream Append(IncrementalHash hash)
    {
        var stream = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        byte[] buffer = new byte[1 << 20];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
        }

        return stream;
    }

    /// <summary>Forgets the bytes.</summary>
    public void Discard()
    {
        File.Delete(_state);
        File.Delete(Path);
    }
}

/// <summary>What some bytes are the beginning of.</summary>
/// <param name="Total">The length of the whole.</param>
/// <param name="Validator">A strong tag, or the time of the last change, as If-Range takes them.</param>
/// <param name="Sha256">The checksum of the whole, where the server said it.</param>
internal sealed record PartState(long Total, string Validator, string? Sha256);
