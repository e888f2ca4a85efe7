using Fovea.Io;
using Google.Protobuf.Reflection;

namespace Fovea.Onnx.Import;

/// <summary>
/// Walks the messages of a file before they are made, so that a file of empty messages, two bytes each, cannot ask for a hundred times its
/// size in objects, and one of messages in messages not for a stack without end.
/// </summary>
internal sealed class StructureScan
{
    // Graphs within nodes within graphs: sound files stay below 20.
    private const int Deepest = 64;

    // What a message takes with nothing in it, and each list that it has room for.
    private const int MessageBytes = 72;
    private const int ListBytes = 40;

    private readonly WireReader _reader;
    private readonly ParseBudget _budget;
    private readonly Dictionary<MessageDescriptor, Kind> _kinds = [];

    private StructureScan(Stream stream, ParseBudget budget) => (_reader, _budget) = (new WireReader(stream), budget);

    /// <summary>Walks a message that reaches from a stream's position to its end, and goes back to where it began.</summary>
    /// <exception cref="OnnxException">The fields do not fit into one another, or would take too much memory.</exception>
    public static void Run(Stream stream, MessageDescriptor message, ParseBudget budget)
    {
        long start = stream.Position;
        var scan = new StructureScan(stream, budget);
        scan.Message(scan.KindOf(message), stream.Length, 0);
        stream.Position = start;
    }

    private void Message(Kind kind, long end, int depth)
    {
        if (depth > Deepest)
        {
            throw new OnnxException($"messages lie {depth} deep in one another; expected at most {Deepest}");
        }

        _budget.Take(kind.Bytes);
        ulong seen = 0;
        while (_reader.Position < end)
        {
            (int field, int form) = _reader.Tag(end);
            switch (form)
            {
                case 0:
                    _reader.Number(end);
                    break;
                case 1:
                    _reader.Skip(8, end);
                    break;
                case 2:
                    long length = _reader.Length(end);
                    if (kind.Messages.TryGetValue(field, out FieldDescriptor? inner))
                    {
                        // Two parts of one message are merged by copying the first, and a thousand parts a thousand times.
                        if (!inner.IsRepeated && (seen & (1UL << field)) != 0)
                        {
                            throw new OnnxException($"a {inner.ContainingType.Name} has its {inner.Name} twice");
                        }

                        seen |= 1UL << field;
                        Message(KindOf(inner.MessageType), _reader.Position + length, depth + 1);
                    }
                    else
                    {
                        _reader.Skip(length, end);
                    }

                    break;
                case 5:
                    _reader.Skip(4, end);
                    break;
                default:
                    throw WireReader.Broken();
            }
        }
    }

    private Kind KindOf(MessageDescriptor message)
    {
        if (!_kinds.TryGetValue(message, out Kind? kind))
        {
            IList<FieldDescriptor> fields = message.Fields.InFieldNumberOrder();
            kind = new Kind(
                MessageBytes + (ListBytes * fields.Count(f => f.IsRepeated)),
                fields.Where(f => f.FieldType == FieldType.Message).ToDictionary(f => f.FieldNumber));
            _kinds.Add(message, kind);
        }

        return kind;
    }

    /// <summary>What is known of a kind of message: what one takes, and which fields are messages themselves.</summary>
    private sealed record Kind(int Bytes, Dictionary<int, FieldDescriptor> Messages);
}
