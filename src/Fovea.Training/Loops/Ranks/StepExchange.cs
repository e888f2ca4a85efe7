using System.Text;
using Fovea.Distributed;

namespace Fovea.Training;

/// <summary>
/// Tells all ranks what came of all batches of a step, in the order of the batches, so that sums, decisions and running statistics are the same on every rank, and those of one
/// process that computes all batches.
/// </summary>
internal sealed class StepExchange
{
    // A batch: loss, score, images that count, images. A rank's note: four fields, how long its statistics are, and how long what it says of damaged pictures is.
    private const int OutcomeFields = 4;
    private const int NoteFields = 6;
    private const char Between = '\0';
    private readonly ProcessGroup _group;
    private readonly MicroBatches _share;
    private readonly Tensor[] _buffers;
    private readonly Dictionary<Tensor, int> _numbers = new(ReferenceEqualityComparer.Instance);

    /// <param name="group">The ranks.</param>
    /// <param name="share">Who computes which batches.</param>
    /// <param name="model">Whose running statistics follow the batches.</param>
    public StepExchange(ProcessGroup group, MicroBatches share, Module model)
    {
        (_group, _share) = (group, share);
        _buffers = [.. StateDict.Of(model).Values];
        for (int i = 0; i < _buffers.Length; i++)
        {
            _numbers.TryAdd(_buffers[i], i);
        }
    }

    /// <summary>Tells and is told.</summary>
    /// <param name="own">What came of this rank's batches.</param>
    /// <param name="statistics">What its batch norms saw, in order.</param>
    /// <param name="count">Batches of the step, of all ranks.</param>
    /// <param name="damaged">What is wrong with the damaged pictures that it met, in order.</param>
    /// <param name="note">What else this rank has to say.</param>
    /// <returns>What came of all batches, what each rank says, and what all say of damaged pictures. The running statistics have moved.</returns>
    public StepResult Run(
        IReadOnlyList<BatchOutcome> own, IReadOnlyList<RunningStatistics.Seen> statistics, int count, IReadOnlyList<string> damaged, RankNote note)
    {
        byte[] told = DamageBytes(damaged);
        double[] packed = Pack(statistics);
        double[] message = new double[NoteFields + (OutcomeFields * _share.Most)];
        (message[0], message[1], message[2], message[3], message[4], message[5]) =
            (Flag(note.IsCancelled), Flag(note.IsOutOfTime), Flag(note.IsDue), note.Seconds, packed.Length, told.Length);
        for (int i = 0; i < own.Count; i++)
        {
            BatchOutcome outcome = own[i];
            ((double[])[outcome.Loss, outcome.Score, outcome.Counted, outcome.Images]).CopyTo(message, NoteFields + (OutcomeFields * i));
        }

        double[] all = _group.AllGather<double>(message);
        var outcomes = new BatchOutcome[count];
        var notes = new RankNote[_group.Ranks];
        int longest = 0, mostTold = 0;
        for (int rank = 0; rank < _group.Ranks; rank++)
        {
            ReadOnlySpan<double> said = all.AsSpan(rank * message.Length, message.Length);
            notes[rank] = new RankNote(said[0] != 0, said[1] != 0, said[2] != 0, said[3]);
            longest = Math.Max(longest, (int)said[4]);
            mostTold = Math.Max(mostTold, (int)said[5]);
            int first = rank * _share.Most;
            for (int i = 0; i < Math.Clamp(count - first, 0, _share.Most); i++)
            {
                ReadOnlySpan<double> fields = said.Slice(NoteFields + (OutcomeFields * i), OutcomeFields);
                outcomes[first + i] = new BatchOutcome(fields[0], fields[1], (int)fields[2], (int)fields[3]);
            }
        }

        if (longest > 0)
        {
            Array.Resize(ref packed, longest);
            double[] seen = _group.AllGather<double>(packed);
            for (int rank = 0; rank < _group.Ranks; rank++)
            {
                Apply(seen.AsSpan(rank * longest, (int)all[(rank * message.Length) + 4]));
            }
        }

        return new StepResult(outcomes, notes, mostTold == 0 ? [] : Damage(told, mostTold, all, message.Length));

        static double Flag(bool isSet) => isSet ? 1 : 0;
    }

    // The batches of the ranks follow one another, and so does what they say.
    private string[] Damage(byte[] told, int longest, double[] all, int stride)
    {
        Array.Resize(ref told, longest);
        byte[] texts = _group.AllGather<byte>(told);
        return [.. Enumerable.Range(0, _group.Ranks).Where(rank => all[(rank * stride) + 5] > 0)
            .SelectMany(rank => Encoding.UTF8.GetString(texts.AsSpan(rank * longest, (int)all[(rank * stride) + 5])).Split(Between))];
    }

    private static byte[] DamageBytes(IReadOnlyList<string> damaged) => Encoding.UTF8.GetBytes(string.Join(Between, damaged));

    // Each statistic as: which buffer, momentum, factor, how many values, the values.
    private double[] Pack(IReadOnlyList<RunningStatistics.Seen> statistics)
    {
        var packed = new List<double>();
        foreach (RunningStatistics.Seen seen in statistics)
        {
            if (!_numbers.TryGetValue(seen.Running, out int number))
            {
                throw new FoveaException("A batch norm keeps running statistics that are no buffers of the model: several processes cannot train it; register them with RegisterBuffer.");
            }

            packed.AddRange([number, seen.Momentum, seen.Factor, seen.Values.Length]);
            packed.AddRange(seen.Values);
        }

        return [.. packed];
    }

    private void Apply(ReadOnlySpan<double> packed)
    {
        for (int at = 0; at < packed.Length;)
        {
            int count = (int)packed[at + 3];
            new RunningStatistics.Seen(_buffers[(int)packed[at]], packed[at + 1], packed[at + 2], packed.Slice(at + 4, count).ToArray()).Apply();
            at += 4 + count;
        }
    }
}
