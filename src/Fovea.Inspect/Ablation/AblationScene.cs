using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>One run of a model from which something was taken away: other runs of it, at the same time as well, see it whole.</summary>
internal sealed class AblationScene : IDisposable
{
    private readonly ModelLook _look;
    private readonly Dictionary<string, Module> _modules;
    private readonly List<(string Site, RelationIntervention Change)> _replaced = [];
    private readonly Dictionary<string, int> _calls = [];
    private Tensor _images;

    public AblationScene(Module model, Tensor images)
    {
        (_look, _images) = (new ModelLook(model), images);
        _modules = model.NamedModules().ToDictionary(static m => m.Name, static m => m.Value);
    }

    /// <summary>The layer of a name, on its grid.</summary>
    public GridLayer Layer(string site) => GridLayers.Find(_look.Model, _images, site);

    /// <summary>Changes what a module gives for what it gets.</summary>
    public void Change(string site, Func<Tensor[], Tensor, Tensor> change)
    {
        _calls[site] = 0;
        _look.Change(Find(site), (inputs, y) =>
        {
            _calls[site]++;
            return change(inputs, y);
        });
    }

    /// <summary>Replaces the relation of a module.</summary>
    public void Replace(string site, RelationChange change, int? head) => _replaced.Add((site, RelationIntervention.Begin(Find(site), change, head)));

    /// <summary>Masks a part of the pictures.</summary>
    public void Mask(GridCells region, PictureFill fill)
    {
        (int channels, int height, int width) = (_images.Shape[1], _images.Shape[2], _images.Shape[3]);
        FeatureMask.Check("picture", region, height, width);
        float[] pixels = _images.ToArray<float>();
        int each = channels * height * width;
        for (int n = 0; n < _images.Shape[0]; n++)
        {
            Span<float> picture = pixels.AsSpan(n * each, each);
            float[] filled = fill.Of(picture, channels, height, width);
            for (int i = 0; i < each; i++)
            {
                int place = i % (height * width);
                picture[i] = FeatureMask.Contains(region, place / width, place % width) ? filled[i] : picture[i];
            }
        }

        _images = Tensor.From(pixels, _images.Shape);
    }

    /// <summary>Runs the model.</summary>
    /// <returns>The output, which lives as long as the scene.</returns>
    /// <exception cref="OptionException">What was to be taken away was never used.</exception>
    public Tensor Run()
    {
        Tensor output = _look.Run(_images);
        foreach ((string site, _) in _calls.Where(static c => c.Value == 0))
        {
            throw new OptionException("ablation", $"{site} was not called for these pictures; nothing was taken away. Choose a module that is.");
        }

        foreach ((string site, _) in _replaced.Where(static r => r.Change.Applied == 0))
        {
            throw new OptionException("ablation", $"{site} has no softmax relation that could be replaced; pass the mechanism by instead.");
        }

        return output;
    }

    public void Dispose()
    {
        foreach ((_, RelationIntervention change) in Enumerable.Reverse(_replaced))
        {
            change.Dispose();
        }

        _look.Dispose();
    }

    private Module Find(string site) => _modules.GetValueOrDefault(site)
        ?? throw new OptionException("ablation", $"there is no module \"{site}\"; {Suggestion.Hint(site, [.. _modules.Keys.Where(static n => n.Length > 0)])}");
}
