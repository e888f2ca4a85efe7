using Fovea.Io;

namespace Fovea.Training;

/// <summary>Gathers what a run consists of into the tensors and texts of a checkpoint, and puts them back.</summary>
internal sealed class TrainingSnapshot(TrainingInputs inputs, TrainOptions options, Optimizer optimizer, WeightAverage? average)
{
    private const string OptimizerPrefix = "optimizer.";
    private const string StateKey = "state";

    /// <summary>Whether every weight and buffer is finite. What is not must never be saved as a state to go back to.</summary>
    public bool IsFinite => StateDict.Of(inputs.Model).Values.All(TensorNorms.IsFinite);

    /// <summary>The tensors of the run, its own and not copies.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors()
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        Add(ModelWeights.ModelPrefix, StateDict.Of(inputs.Model));
        Add(OptimizerPrefix, optimizer.State());
        if (average is not null)
        {
            Add(ModelWeights.AveragePrefix, average.State);
        }

        return tensors;

        void Add(string prefix, IReadOnlyDictionary<string, Tensor> part)
        {
            foreach ((string name, Tensor value) in part)
            {
                tensors.Add(prefix + name, value);
            }
        }
    }

    /// <summary>The texts of the run: its state, its options, the description of its model.</summary>
    public IReadOnlyDictionary<string, string> Texts(TrainState state)
    {
        state.AverageSteps = average?.Steps ?? 0;
        return new Dictionary<string, string>(inputs.Description.ToMetadata())
        {
            [ModelWeights.CheckpointKey] = "fovea-checkpoint-1",
            ["config"] = options.ToJson(),
            [StateKey] = state.ToJson(),
        };
    }

    /// <summary>How far a checkpoint is.</summary>
    public static TrainState StateOf(IReadOnlyDictionary<string, string> texts, string path) =>
        texts.TryGetValue(StateKey, out string? json) ? TrainState.FromJson(json, path) : throw new CheckpointException(path, "it has no state of a run");

    /// <summary>Puts a checkpoint back.</summary>
    /// <returns>Its state.</returns>
    /// <exception cref="CheckpointException">It is of another model, optimiser or option.</exception>
    public TrainState Restore(SafetensorsFile content, string path)
    {
        TrainState state = StateOf(content.Metadata, path);
        try
        {
            StateDict.Load(inputs.Model, Part(ModelWeights.ModelPrefix));
            optimizer.ClearGrads();
            optimizer.LoadState(Part(OptimizerPrefix));
            average?.Load(Part(ModelWeights.AveragePrefix), state.AverageSteps);
        }
        catch (StateDictException e)
        {
            throw new CheckpointException(path, $"it does not fit the run: {e.Message}", e);
        }

        state.History = [.. state.History.Select(row => row.Named(inputs.Task.TrainMetric))];
        state.Generators = null;
        return state;

        Dictionary<string, Tensor> Part(string prefix) => content.Tensors
            .Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(t => t.Key[prefix.Length..], t => t.Value);
    }
}
