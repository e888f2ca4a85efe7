using Fovea.Inspect;
using Fovea.Studio.Stores;
using Fovea.Studio.Wire;

namespace Fovea.Studio.Sessions;

/// <summary>A model's ops, counted and timed, folded by the modules that they ran in.</summary>
internal static class GraphWalk
{
    /// <summary>Profiles the model on one picture and folds the result.</summary>
    public static ModelGraph Of(StudioModel model, CancellationToken cancellation)
    {
        Size2 size = model.Description.ImageSize;
        using TensorScope scope = TensorScope.Begin();
        ModelProfile profile = ModelProfile.Run(
            model.Module, [Tensor.Zeros([1, model.Description.Mean.Count, size.Height, size.Width])], runs: 2, measurePeaks: false, cancellation: cancellation);
        Dictionary<string, string> types = model.Module.NamedModules().DistinctBy(m => m.Name).ToDictionary(m => m.Name, m => m.Value.GetType().Name);
        var root = new Part(string.Empty, string.Empty);
        foreach (LayerProfile layer in profile.Layers)
        {
            Part at = root;
            at.Add(layer);
            foreach (string name in layer.Path.Split('.', StringSplitOptions.RemoveEmptyEntries))
            {
                at = at.Child(name);
                at.Add(layer);
            }

            at.Ops.Add($"{layer.Op} {layer.Output}");
        }

        return new ModelGraph(root.Fold(types), 1000 * profile.Seconds, profile.Parameters, profile.Cost.MultiplyAdds);
    }

    private sealed class Part(string name, string path)
    {
        private readonly List<Part> _parts = [];
        private long _parameters;
        private long _multiplyAdds;
        private double _seconds;
        private string _output = string.Empty;

        public List<string> Ops { get; } = [];

        public Part Child(string child)
        {
            Part? found = _parts.Find(p => p.Name == child);
            if (found is null)
            {
                _parts.Add(found = new Part(child, path.Length == 0 ? child : $"{path}.{child}"));
            }

            return found;
        }

        public void Add(LayerProfile layer)
        {
            _parameters += layer.Parameters;
            _multiplyAdds += layer.Cost.MultiplyAdds;
            _seconds += layer.Seconds;
            _output = layer.Output.ToString();
        }

        public GraphPart Fold(Dictionary<string, string> types) => new(
            name, path, types.GetValueOrDefault(path, string.Empty), _output, _parameters, _multiplyAdds, 1000 * _seconds, Ops, [.. _parts.Select(p => p.Fold(types))]);

        private string Name => name;
    }
}
