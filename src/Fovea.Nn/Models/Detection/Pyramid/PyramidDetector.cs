using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// A detector on a ResNet with a feature pyramid: two branches that are the same for all levels read off each what they say of its places. Names are
/// torchvision's: <c>backbone.*</c>, <c>head.classification_head.*</c>, <c>head.regression_head.*</c>.
/// </summary>
public abstract class PyramidDetector : Module, IDetector
{
    private readonly string _subject;
    private readonly int _inChannels;
    private readonly PyramidBackbone _backbone;
    private readonly HeadBranch _classification;
    private readonly HeadBranch _regression;

    /// <param name="subject">What errors call the network.</param>
    /// <param name="depth">Of the ResNet.</param>
    /// <param name="options">Channels of the pictures, classes and attention.</param>
    /// <param name="scheme">What the outputs mean, for a number of classes.</param>
    /// <param name="classification">The branch of the logits, for a number of classes.</param>
    /// <param name="regression">The branch of the boxes.</param>
    /// <exception cref="OptionException">There is no such depth, or the attention does not fit.</exception>
    private protected PyramidDetector(
        string subject, int depth, ModelOptions options, Func<int, DetectionScheme> scheme, Func<int, HeadBranch> classification, Func<HeadBranch> regression)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_subject, _inChannels) = (subject, options.InChannels);
        Scheme = scheme(options.Classes);
        _backbone = Register("backbone", new PyramidBackbone(subject, depth, options));
        _classification = classification(options.Classes);
        _regression = regression();

        // The layer with a row for each class is the last, as in every model: so weights for other classes find it.
        Register("head", new Sequential([("regression_head", _regression), ("classification_head", _classification)]));
    }

    /// <inheritdoc/>
    public DetectionScheme Scheme { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps(_subject, x, _inChannels);
        return Tensor.Concat([.. _backbone.Levels(x).Select(level => Rows(_classification.Tops(level), _regression.Tops(level)))], 1);
    }

    /// <summary>What the branches read off a level, as rows of its places.</summary>
    private protected abstract Tensor Rows(Tensor[] classification, Tensor[] regression);
}
