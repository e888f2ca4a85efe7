using Fovea.Io;
using Fovea.Training;

namespace FromPyTorch;

/// <summary>What is done with files of weights.</summary>
internal static class Weights
{
    /// <summary>Weights out and in again, in both formats.</summary>
    public static void SaveAndLoad(Module model, string folder)
    {
        string safetensors = Path.Combine(folder, "model.safetensors");
        string pth = Path.Combine(folder, "model.pth");

        #region Save
        SafetensorsFile.Write(safetensors, StateDict.Of(model));
        PyTorchFile.Write(pth, StateDict.Of(model));
        #endregion

        #region Load
        StateDict.Load(model, WeightsFile.Read(pth).Tensors);
        model.Eval();
        #endregion
    }

    /// <summary>A run that goes on where it stopped: weights and what the optimiser remembers, in one file.</summary>
    public static void Resume(Module model, Optimizer optimizer, string folder)
    {
        string path = Path.Combine(folder, "last.safetensors");

        #region Resume
        var state = new Dictionary<string, Tensor>(StateDict.Of(model));
        foreach ((string name, Tensor value) in optimizer.State())
        {
            state[$"optimizer.{name}"] = value;
        }

        SafetensorsFile.Write(path, state);

        ILookup<bool, KeyValuePair<string, Tensor>> saved = SafetensorsFile.Read(path)
            .Tensors.ToLookup(t => t.Key.StartsWith("optimizer."));
        StateDict.Load(model, saved[false].ToDictionary());
        optimizer.LoadState(saved[true].ToDictionary(t => t.Key[10..], t => t.Value));
        #endregion
    }
}
