using System.Buffers.Binary;
using System.Text;

namespace Fovea.Io.PyTorch;

/// <summary>Writes the few pickle opcodes (protocol 2) that a state dict takes.</summary>
internal sealed class PickleWriter
{
    private readonly MemoryStream _stream = new();

    public byte[] ToArray() => _stream.ToArray();

    public PickleWriter Put(PickleOpcode code)
    {
        _stream.WriteByte((byte)code);
        return this;
    }

    public PickleWriter Protocol(byte version)
    {
        Put(PickleOpcode.Proto);
        _stream.WriteByte(version);
        return this;
    }

    public PickleWriter Global(string module, string name)
    {
        Put(PickleOpcode.Global);
        _stream.Write(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));
        return this;
    }

    public PickleWriter Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Put(PickleOpcode.BinUnicode);
        WriteInt32(bytes.Length);
        _stream.Write(bytes);
        return this;
    }

    public PickleWriter Integer(int value)
    {
        Put(PickleOpcode.BinInt);
        WriteInt32(value);
        return this;
    }

    /// <summary>A tuple of any length.</summary>
    public PickleWriter Tuple(ReadOnlySpan<int> values)
    {
        Put(PickleOpcode.Mark);
        foreach (int value in values)
        {
            Integer(value);
        }

        return Put(PickleOpcode.Tuple);
    }

    private void WriteInt32(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        _stream.Write(bytes);
    }
}
