using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Fovea.Training;

/// <summary>
/// An event file that TensorBoard reads: records of a length, the length's masked CRC-32C, an <c>Event</c> message, and its masked
/// CRC-32C. The few messages needed are encoded by hand.
/// </summary>
internal sealed class EventFile : IDisposable
{
    private readonly FileStream _file;

    private EventFile(FileStream file) => _file = file;

    /// <summary>Starts a file in a folder; its name holds the time, so that a resumed run gets a new one.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="firstStep">
    /// The first step that will be written: TensorBoard then forgets what earlier files of the folder say about it and later ones.
    /// </param>
    public static EventFile Create(string folder, long firstStep)
    {
        long seconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        string name = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{seconds}.{Environment.MachineName}.{Environment.ProcessId}");
        var events = new EventFile(new FileStream(Path.Combine(folder, name), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0));

        // Event { wall_time = 1, step = 2, file_version = 3, summary = 5, session_log = 7 }; SessionLog { status = 1 }, START being 1.
        events.Write(new Message().Double(1, Now()).Text(3, "brain.Event:2"));
        events.Write(new Message().Double(1, Now()).Number(2, firstStep).Child(7, new Message().Number(1, 1)));
        return events;
    }

    /// <summary>Writes a number under a name.</summary>
    public void Scalar(string tag, long step, double value)
    {
        // Summary { value = 1 }; Value { tag = 1, simple_value = 2 }.
        Message entry = new Message().Text(1, tag).Single(2, (float)value);
        Write(new Message().Double(1, Now()).Number(2, step).Child(5, new Message().Child(1, entry)));
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static double Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    private void Write(Message message)
    {
        ReadOnlySpan<byte> data = message.Bytes;
        byte[] record = new byte[12 + data.Length + 4];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Crc32C.Masked(record.AsSpan(0, 8)));
        data.CopyTo(record.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), Crc32C.Masked(data));
        try
        {
            // A record at a time: TensorBoard may be reading, and a killed process must not leave half a buffer.
            _file.Write(record);
        }
        catch (IOException)
        {
            // As with the log: curves that cannot be drawn are no reason to lose a run.
            return;
        }
    }

    /// <summary>A protocol-buffers message being encoded.</summary>
    private sealed class Message
    {
        private readonly MemoryStream _bytes = new();

        public ReadOnlySpan<byte> Bytes => _bytes.GetBuffer().AsSpan(0, (int)_bytes.Length);

        public Message Double(int field, double value)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
            return Key(field, 1).Raw(bytes);
        }

        public Message Single(int field, float value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            return Key(field, 5).Raw(bytes);
        }

        public Message Number(int field, long value) => Key(field, 0).Varint((ulong)value);

        public Message Text(int field, string value) => Block(field, Encoding.UTF8.GetBytes(value));

        public Message Child(int field, Message value) => Block(field, value.Bytes);

        private Message Block(int field, ReadOnlySpan<byte> bytes) => Key(field, 2).Varint((ulong)bytes.Length).Raw(bytes);

        private Message Key(int field, int kind) => Varint((ulong)(field << 3 | kind));

        private Message Varint(ulong value)
        {
            for (; value >= 0x80; value >>= 7)
            {
                _bytes.WriteByte((byte)(value | 0x80));
            }

            _bytes.WriteByte((byte)value);
            return this;
        }

        private Message Raw(ReadOnlySpan<byte> bytes)
        {
            _bytes.Write(bytes);
            return this;
        }
    }
}
