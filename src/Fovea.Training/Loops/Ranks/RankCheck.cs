using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Fovea.Distributed;

namespace Fovea.Training;

/// <summary>Refuses ranks that would not compute the same.</summary>
internal static class RankCheck
{
    private const int HashBytes = 32;

    /// <summary>Compares what has to be the same everywhere.</summary>
    /// <param name="group">The ranks.</param>
    /// <param name="parts">What each thing is called, and its text.</param>
    /// <exception cref="OptionException">A rank has something else than rank 0.</exception>
    public static void Same(ProcessGroup group, IReadOnlyList<(string Name, Func<string> Text)> parts)
    {
        if (group.Ranks == 1)
        {
            return;
        }

        byte[] all = group.AllGather<byte>([.. parts.SelectMany(p => SHA256.HashData(Encoding.UTF8.GetBytes(p.Text())))]);
        for (int rank = 1; rank < group.Ranks; rank++)
        {
            for (int i = 0; i < parts.Count; i++)
            {
                if (!Hash(rank, i).SequenceEqual(Hash(0, i)))
                {
                    throw new OptionException("ranks",
                        $"{group.Name(rank)} has not what {group.Name(0)} has: {parts[i].Name}. Every rank needs the same program, options and data, and processors of one kind.");
                }
            }
        }

        ReadOnlySpan<byte> Hash(int rank, int part) => all.AsSpan(((rank * parts.Count) + part) * HashBytes, HashBytes);
    }

    /// <summary>Compares the bits of the tensors of a run.</summary>
    /// <exception cref="FoveaException">They are not the same on all ranks.</exception>
    public static void SameWeights(ProcessGroup group, IReadOnlyDictionary<string, Tensor> tensors)
    {
        uint own = 0;
        foreach ((_, Tensor value) in tensors)
        {
            own = BitOperations.Crc32C(own, Crc32C.Of(value.AsBytes()));
        }

        uint[] all = group.AllGather<uint>([own]);
        if (Array.FindIndex(all, crc => crc != all[0]) is var rank and > 0)
        {
            throw new FoveaException(
                $"The weights of {group.Name(rank)} are no longer those of {group.Name(0)}: a fault of a machine's memory or processor, or of this program. "
                + "The last checkpoint is from before; go on from it with --resume, without that machine.");
        }
    }
}
