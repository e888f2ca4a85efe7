using Fovea.Attention;
using Fovea.Io;
using Fovea.Models;

namespace Fovea.Interop.Tests.Fitting;

/// <summary>Models whose numbers tell where they came from, and fits of one into another.</summary>
internal static class Models
{
    /// <summary>A model whose every tensor holds one number.</summary>
    public static Module Filled(string model, double value, int classes = 5, int channels = 3, int imageSize = 0, string? attention = null)
    {
        using IDisposable deferred = Initialization.Defer();
        Module module = ModelCatalog.Create(model, new ModelOptions
        {
            Classes = classes,
            InChannels = channels,
            ImageSize = imageSize,
            Attention = attention is null ? null : new AttentionPlacement { Key = attention },
        });
        foreach (Tensor tensor in StateDict.Of(module).Values)
        {
            tensor.Fill(value);
        }

        return module;
    }

    /// <summary>The state of such a model.</summary>
    public static Dictionary<string, Tensor> State(string model, double value = 1, int classes = 5, int channels = 3, int imageSize = 0, string? attention = null) =>
        new(StateDict.Of(Filled(model, value, classes, channels, imageSize, attention)));

    /// <summary>Fits weights to a model.</summary>
    public static FitReport Fit(Module module, IReadOnlyDictionary<string, Tensor> weights, FitMode mode, string title) =>
        WeightsFitter.Fit(module, Importer.TranslateOrKeep(module, weights), new FitOptions { Mode = mode, Title = title });

    /// <summary>What a fit that must fail says.</summary>
    public static string Refusal(Module module, IReadOnlyDictionary<string, Tensor> weights, FitMode mode, string title) =>
        Assert.Throws<WeightsMismatchException>(() => Fit(module, weights, mode, title)).Message;
}
