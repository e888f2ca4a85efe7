using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Fovea.Io;

namespace Fovea.Training;

/// <summary>
/// A file of tensors and texts that knows whether it is whole: a safetensors file whose metadata hold, as <c>sha256</c>, the SHA-256 of
/// the entire file with zeros in that one place. Any safetensors reader can open it.
/// </summary>
public static class Checkpoint
{
    private const string Key = "sha256";
    private const int Digits = 2 * SHA256.HashSizeInBytes;
    private const int LargestHeader = 100_000_000;
    private static readonly string s_zeros = new('0', Digits);
    private static readonly byte[] s_marker = Encoding.ASCII.GetBytes($"\"{Key}\":\"{s_zeros}\"");

    /// <summary>Writes a checkpoint in one step: a reader sees the old file or the new one, never a part.</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">The texts by name.</param>
    /// <exception cref="DiskFullException">There is not enough room; the file is as it was before.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        long size = tensors.Sum(t => t.Value.Spec.Bytes);
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata), size);
    }

    /// <summary>Writes a checkpoint to a stream that can seek.</summary>
    /// <inheritdoc cref="Write(string, IReadOnlyDictionary{string, Tensor}, IReadOnlyDictionary{string, string})" path="/param"/>
    public static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(metadata);
        var texts = new Dictionary<string, string>(metadata) { [Key] = s_zeros };
        long start = stream.Position;
        using var hashing = new HashingStream(stream);
        SafetensorsFile.Write(hashing, tensors, texts);
        long end = stream.Position;
        byte[] hash = Encoding.ASCII.GetBytes(hashing.Finish());
        stream.Position = start + MarkerOffset(hashing.FirstWrite) + s_marker.Length - 1 - Digits;
        stream.Write(hash);
        stream.Position = end;
    }

    /// <summary>Reads a checkpoint and checks that it is whole. The tensors belong to the current <see cref="TensorScope"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Is told how much of the file was compared with its checksum, then how much was read.</param>
    /// <param name="cancellation">Stops it; nothing stays of it.</param>
    /// <exception cref="CheckpointException">The file is damaged, cut off or not a checkpoint.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static SafetensorsFile Read(string path, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        return Read(stream, path, progress, cancellation);
    }

    /// <summary>Reads a checkpoint from a stream that can seek.</summary>
    /// <param name="stream">The stream, at the checkpoint's first byte.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="progress">Is told how much of the stream was compared with its checksum, then how much was read.</param>
    /// <param name="cancellation">Stops it; nothing stays of it.</param>
    /// <exception cref="CheckpointException">The content is damaged, cut off or not a checkpoint.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static SafetensorsFile Read(
        Stream stream, string name = "checkpoint", IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var meter = new WorkMeter(progress, cancellation);
        long start = stream.Position;
        meter.Begin(WorkStage.Checking, stream.Length - start);
        using Stream watched = meter.Watched(stream);
        Verify(watched, name);
        stream.Position = start;
        try
        {
            return meter.Read(stream, SafetensorsFile.Read);
        }
        catch (SafetensorsException e)
        {
            throw new CheckpointException(name, e.Message, e);
        }
    }

    private static void Verify(Stream stream, string name)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
        {
            throw new CheckpointException(name, "the file is cut off before its header");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LargestHeader || (long)length > stream.Length - stream.Position)
        {
            throw new CheckpointException(name, $"the header claims {length} bytes, which the file does not have");
        }

        byte[] header = new byte[length];
        stream.ReadExactly(header);
        Span<byte> digits = Stored(header, name);
        string stored = Encoding.ASCII.GetString(digits);
        digits.Fill((byte)'0');
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(prefix);
        hash.AppendData(header);
        byte[] chunk = new byte[1 << 16];
        for (int read; (read = stream.Read(chunk)) > 0;)
        {
            hash.AppendData(chunk.AsSpan(0, read));
        }

        string actual = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (actual != stored)
        {
            throw new CheckpointException(name, $"its checksum is {stored}, but its content has {actual}");
        }
    }

    // Inside a metadata text quotes are escaped, so the first plain occurrence is the entry itself.
    private static Span<byte> Stored(Span<byte> header, string name)
    {
        int at = header.IndexOf(s_marker.AsSpan(0, s_marker.Length - 1 - Digits));
        int digits = at + s_marker.Length - 1 - Digits;
        return at >= 0 && digits + Digits < header.Length
            ? header.Slice(digits, Digits)
            : throw new CheckpointException(name, "it has no checksum; it is not a checkpoint of a run, or its header is damaged");
    }

    private static int MarkerOffset(ReadOnlySpan<byte> header)
    {
        int at = header.IndexOf(s_marker);
        return at >= 0 ? at : throw new InvalidOperationException("checkpoint: the header was not written at once, or writes its texts in another form.");
    }

    /// <summary>Passes on what is written and hashes it; keeps the first piece, which is the header.</summary>
    private sealed class HashingStream(Stream target) : WriteOnlyStream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public byte[] FirstWrite { get; private set; } = [];

        public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            FirstWrite = FirstWrite.Length > 0 ? FirstWrite : buffer.ToArray();
            _hash.AppendData(buffer);
            target.Write(buffer);
        }

        public override void Flush() => target.Flush();

        protected override void Dispose(bool disposing)
        {
            _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>A checkpoint is damaged, cut off, or does not belong to the run.</summary>
public sealed class CheckpointException : DataFormatException
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public CheckpointException(string path, string problem, Exception? inner = null)
        : base($"{path}: {problem.TrimEnd('.')}.", inner)
    {
        Path = path;
        Problem = problem;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What is wrong with it.</summary>
    public string Problem { get; }
}
