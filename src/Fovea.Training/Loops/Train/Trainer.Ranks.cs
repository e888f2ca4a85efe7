using System.Text.Json;
using Fovea.Distributed;
using Fovea.Simd.Vectors;

namespace Fovea.Training;

// What the ranks of a run agree on. For a process alone all of it is what it has itself.
public sealed partial class Trainer
{
    private ProcessGroup Group => _inputs.Group;

    // Root alone writes and measures what is done once, so that it alone knows when a checkpoint is due.
    private RankNote Note(CancellationToken cancellation) => new(
        cancellation.IsCancellationRequested,
        _options.TimeLimit is { } limit && _total.Elapsed >= limit,
        _sinceSaved.Elapsed.TotalSeconds >= (_options.CheckpointSeconds ?? DefaultCheckpointSeconds),
        Seconds: 0);

    // The notes were written before the weights moved; a process alone looks again, so that it stops after the very step in which it was asked to.
    private RankNote Agreed(RankNote[] notes, CancellationToken cancellation) => Group.Ranks == 1
        ? Note(cancellation)
        : new RankNote(Array.Exists(notes, n => n.IsCancelled), Array.Exists(notes, n => n.IsOutOfTime), notes[0].IsDue, Seconds: 0);

    private EpochEnd? Agreed(EpochEnd? own)
    {
        int most = Group.AllGather<int>([(int)(own ?? EpochEnd.Done)]).Max();
        return most == (int)EpochEnd.Done ? null : (EpochEnd)most;
    }

    private bool Shared(bool value) => Group.Broadcast([value ? (byte)1 : (byte)0])[0] != 0;

    private EpochMetrics Shared(EpochMetrics row) => Group.Ranks == 1 ? row
        : JsonSerializer.Deserialize(
            Group.Broadcast(Group.IsRoot ? JsonSerializer.Serialize(row, TrainingJson.Default.EpochMetrics) : null), TrainingJson.Default.EpochMetrics)!
            .Named(_task.TrainMetric);

    // The weights, the optimiser's memory and the counts of root on every rank.
    private TrainState Shared(TrainState state)
    {
        if (Group.Ranks == 1)
        {
            return state;
        }

        byte[] bytes = Group.Broadcast(Group.IsRoot ? _recorder.ToBytes(state) : null);
        return Group.IsRoot ? state : _recorder.FromBytes(bytes);
    }

    // Ranks that do not do the same would wait for each other, or worse, would not.
    private void CheckSetup() => RankCheck.Same(Group,
    [
        ("the program", () => EnvironmentInfo.Version),
        ("the processor's vector instructions, which decide how sums are rounded", () => VectorInfo.Description),
        ("the engine", () => _inputs.Engine?.Name ?? string.Empty),
        ("the options", () => (_options with { CommandLine = null, Output = null, Threads = null, Workers = null }).ToJson()),
        ("the training images", () => string.Join('\n', Enumerable.Range(0, _inputs.Train.Dataset.Count).Select(_inputs.Train.Dataset.Name))),
        ("the validation images", () => _inputs.Validation is { } data ? string.Join('\n', Enumerable.Range(0, data.Dataset.Count).Select(data.Dataset.Name)) : string.Empty),
    ]);

    // The promise of equal bits is kept or the run ends: weights that went apart are never saved.
    private void CheckRanks()
    {
        if (Group.Ranks > 1)
        {
            using TensorScope scope = TensorScope.Begin();
            RankCheck.SameWeights(Group, _snapshot.Tensors());
        }
    }

    private void TellSlowRank(RankNote[] notes)
    {
        if (_rankSpeeds.Add(notes) is { } message)
        {
            _recorder.Warn(message);
        }
    }
}
