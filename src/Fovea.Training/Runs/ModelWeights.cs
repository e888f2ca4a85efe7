using Fovea.Io;

namespace Fovea.Training;

/// <summary>Reads weights of any kind: safetensors, PyTorch's files, NumPy archives, and the checkpoints of runs.</summary>
public static class ModelWeights
{
    private const string AveragePrefix = "ema.";
    private const string ModelPrefix = "model.";

    /// <summary>Reads weights. Of a run's checkpoint, the weight average is taken where there is one, else the raw weights.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The weights by the model's names, in the current <see cref="TensorScope"/>, and the model's description, which files of other software lack.</returns>
    /// <exception cref="DataFormatException">The file is damaged or of no known format.</exception>
    public static (IReadOnlyDictionary<string, Tensor> State, ModelDescription? Description) Read(string path)
    {
        WeightsFile file = WeightsFile.Read(path);
        ModelDescription? description = ModelDescription.FromMetadata(file.Metadata);
        if (!file.Metadata.ContainsKey(TrainingSnapshot.KindKey))
        {
            return (file.Tensors, description);
        }

        string prefix = file.Tensors.Keys.Any(k => k.StartsWith(AveragePrefix, StringComparison.Ordinal)) ? AveragePrefix : ModelPrefix;
        return (file.Tensors.Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(t => t.Key[prefix.Length..], t => t.Value), description);
    }

    /// <summary>The description in a file of weights; null in those of other software.</summary>
    /// <exception cref="DataFormatException">The file is damaged or of no known format.</exception>
    internal static ModelDescription? Describe(string path) => ModelDescription.FromMetadata(WeightsFile.ReadMetadata(path));

    /// <summary>Loads weights into a model to go on from. A classifier for another number of classes keeps its new weights.</summary>
    /// <returns>What was left out, in sentences; empty when everything fits.</returns>
    /// <exception cref="StateDictException">More than the classifier does not fit.</exception>
    /// <exception cref="ImportException">The names are of no known source, or contradict the model's options.</exception>
    public static IReadOnlyList<string> LoadInto(Module model, string path)
    {
        using TensorScope scope = TensorScope.Begin();
        (IReadOnlyDictionary<string, Tensor> read, ModelDescription? description) = Read(path);
        var state = new Dictionary<string, Tensor>(Translate(model, read, description));
        IReadOnlyDictionary<string, Tensor> own = StateDict.Of(model);
        string[] replaced = [.. own.Where(t => IsClassifier(t.Key) && state.TryGetValue(t.Key, out Tensor? v) && v.Shape != t.Value.Shape).Select(t => t.Key)];
        foreach (string name in replaced)
        {
            state[name] = own[name];
        }

        StateDict.Load(model, state);
        return replaced.Length == 0 ? [] : [$"{path}: made for other classes; {string.Join(" and ", replaced)} start anew."];
    }

    /// <summary>The weights by the model's names. Files that describe no model may be another library's; their key map is found by their names.</summary>
    /// <exception cref="ImportException">They are of no known source, of several, or contradict the model's options.</exception>
    internal static IReadOnlyDictionary<string, Tensor> Translate(Module model, IReadOnlyDictionary<string, Tensor> state, ModelDescription? description) =>
        description is null ? Importer.Translate(model, state).Tensors : state;

    private static bool IsClassifier(string name) => FrozenModules.Classifiers.Contains(name.Split('.')[0]);
}
