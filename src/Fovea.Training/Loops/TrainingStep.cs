using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>What one batch came to.</summary>
/// <param name="Loss">Its mean loss; when it is not finite, nothing was added to the gradients.</param>
/// <param name="Correct">Images whose most likely class was right; for segmentation the sum of their shares of right pixels.</param>
/// <param name="Counted">Images that have a label that counts: those that the means of an epoch are over.</param>
internal readonly record struct BatchOutcome(double Loss, double Correct, int Counted);

/// <summary>The arithmetic of a step: forward, loss and backward for each batch, then one update of the weights.</summary>
internal sealed class TrainingStep
{
    private readonly TrainingInputs _inputs;
    private readonly TrainOptions _options;
    private readonly bool _isDense;
    private readonly Loss _loss;
    private readonly BatchMixing _mixing;
    private readonly Generator _mixingRandom;

    public TrainingStep(TrainingInputs inputs, TrainOptions options, Optimizer optimizer, WeightAverage? average)
    {
        _inputs = inputs;
        _options = options;
        Optimizer = optimizer;
        Average = average;
        _isDense = inputs.Train.Dataset.Task == DataTask.Segment;
        _loss = LossText.Parse(
            options.Loss ?? (_isDense ? LossText.ForMasks : LossText.ForClasses), options.LabelSmoothing, options.ClassWeights ? ClassWeights.Of(inputs.Train.Dataset) : null);
        _mixing = new BatchMixing { Mixup = options.Mixup, CutMix = options.CutMix };
        _mixingRandom = new Generator(options.Seed).Fork("mixing");
    }

    public Optimizer Optimizer { get; }

    public WeightAverage? Average { get; }

    /// <summary>Mixes the images of a batch, in place, where the options say so.</summary>
    /// <returns>The labels, or of mixed images the share of each class, [N, classes].</returns>
    public Tensor Mix(Batch batch) => _mixing.IsOn
        ? _mixing.Apply(batch.Images, batch.Labels, _inputs.Description.Classes.Count, _mixingRandom.Fork((ulong)batch.Epoch).Fork((ulong)batch.Number))
        : batch.Labels;

    /// <summary>Adds a batch's gradients to those that are there.</summary>
    public BatchOutcome Accumulate(Batch batch)
    {
        using TensorScope scope = TensorScope.Begin();
        int classes = _inputs.Description.Classes.Count;
        Tensor targets = Mix(batch);
        Tensor logits = _inputs.Model.Call(batch.Images);
        if (_isDense)
        {
            DenseOutput.Check(logits, batch.Count, classes);
        }

        Tensor loss = _loss.Forward(logits, targets);
        double value = loss.Item();
        if (double.IsFinite(value))
        {
            loss.Backward();
        }

        ReadOnlySpan<long> labels = batch.Labels.AsSpan<long>();
        (double correct, int counted) = _isDense ? DenseOutput.SumOfShares(logits, labels) : (CountCorrect(logits, labels, classes), batch.Count);
        return new BatchOutcome(value, correct, counted);
    }

    /// <summary>Updates the weights from the gradients of <paramref name="batches"/> batches, unless these are not finite.</summary>
    /// <returns>The norm of the averaged gradients before clipping. When it is not finite, nothing was changed.</returns>
    public double Update(int batches)
    {
        double share = 1.0 / batches;
        double norm = Optimizer.GradientNorm() * share;
        if (double.IsFinite(norm))
        {
            Optimizer.Step(share * GradientClipping.Scale(norm, _options.ClipGradient));
            Average?.Update();
        }

        Optimizer.ClearGrads();
        return norm;
    }

    private static int CountCorrect(Tensor logits, ReadOnlySpan<long> labels, int classes)
    {
        ReadOnlySpan<float> values = logits.AsSpan<float>();
        int correct = 0;
        for (int n = 0; n < labels.Length; n++)
        {
            correct += Ranking.Of(values.Slice(n * classes, classes), (int)labels[n]) == 0 ? 1 : 0;
        }

        return correct;
    }
}
