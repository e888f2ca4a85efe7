using Fovea.Io;
using Google.Protobuf;

namespace Fovea.Onnx.Import;

/// <summary>Messages of files that nobody vouches for.</summary>
internal static class ModelFile
{
    /// <summary>Reads the message that a stream holds from its position to its end.</summary>
    /// <param name="stream">Can seek.</param>
    /// <param name="parser">Of the message.</param>
    /// <param name="budget">What it may cost.</param>
    /// <param name="meter">Counts the bytes.</param>
    /// <exception cref="OnnxException">The bytes are no such message.</exception>
    public static T Read<T>(Stream stream, MessageParser<T> parser, ParseBudget budget, WorkMeter meter)
        where T : IMessage<T>, new()
    {
        if (stream.Length - stream.Position > int.MaxValue)
        {
            throw new OnnxException("the file is larger than 2³¹ − 1 bytes, the most that one may have; larger models have their weights in files beside");
        }

        using Stream watched = meter.Watched(stream);
        meter.Begin(WorkStage.Checking, stream.Length - stream.Position);
        StructureScan.Run(watched, new T().Descriptor, budget);
        meter.Begin(WorkStage.Reading, stream.Length - stream.Position);
        try
        {
            return parser.WithDiscardUnknownFields(true).ParseFrom(watched);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new OnnxException($"the bytes are no {typeof(T).Name}: {error.Message.TrimEnd('.')}", null, error);
        }
    }

    /// <summary>What reading a stream from its position to its end may cost.</summary>
    public static ParseBudget Budget(Stream stream) => new(stream.Length - stream.Position, static problem => new OnnxException(problem));
}
