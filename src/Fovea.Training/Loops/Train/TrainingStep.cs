using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>What one batch came to.</summary>
/// <param name="Loss">Its mean loss; when it is not finite, nothing was added to the gradients.</param>
/// <param name="Score">The sum of the task's training metric over the images that count.</param>
/// <param name="Counted">Images that have a label that counts: those that the means of an epoch are over.</param>
/// <param name="Images">Its images.</param>
internal readonly record struct BatchOutcome(double Loss, double Score, int Counted, int Images);

/// <summary>The arithmetic of a step: forward, loss and backward for each batch, then one update of the weights.</summary>
internal sealed class TrainingStep : IDisposable
{
    private readonly TrainingInputs _inputs;
    private readonly TrainOptions _options;
    private readonly ITask _task;
    private readonly Loss _loss;
    private readonly BatchMixing _mixing;
    private readonly Generator _mixingRandom;
    private readonly LayerGenerators _generators;
    private readonly ITrainingModule _passes;

    public TrainingStep(TrainingInputs inputs, TrainOptions options, Optimizer optimizer, WeightAverage? average)
    {
        _inputs = inputs;
        _options = options;
        Optimizer = optimizer;
        Average = average;
        _task = inputs.Task;
        _loss = _task.CreateLoss(options, inputs.Model, inputs.Train);
        _mixing = new BatchMixing { Mixup = options.Mixup, CutMix = options.CutMix };
        _mixingRandom = new Generator(options.Seed).Fork("mixing");
        _generators = new LayerGenerators(inputs.Model, options.Seed);
        _passes = inputs.Engine?.LoadForTraining(inputs.Model) ?? new OwnPasses(inputs.Model);
    }

    public Optimizer Optimizer { get; }

    public WeightAverage? Average { get; }

    /// <summary>Begins a step: the passes are those of the weights, and of what is trained, now.</summary>
    public void Begin() => _passes.ReadState();

    /// <summary>Mixes the images of a batch, in place, where the options say so.</summary>
    /// <returns>The labels, or of mixed images the share of each class, [N, classes].</returns>
    public Tensor Mix(Batch batch) => _mixing.IsOn
        ? _mixing.Apply(batch.Images, batch.Labels, _inputs.Description.Classes.Count, _mixingRandom.Fork((ulong)batch.Epoch).Fork((ulong)batch.Number))
        : batch.Labels;

    /// <summary>Adds a batch's gradients to those that are there.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="complete">Is told of each gradient that is complete while the others are still computed; null for nobody.</param>
    public BatchOutcome Accumulate(Batch batch, Action<Tensor>? complete = null)
    {
        _generators.Set(batch.Epoch, batch.Number);
        using TensorScope scope = TensorScope.Begin();
        int classes = _inputs.Description.Classes.Count;
        Tensor targets = Mix(batch);
        using ITrainingPass pass = _passes.Forward(batch.Images);
        AuxiliaryOutputs made = pass.Outputs;
        _task.CheckOutputs(made.Main, batch.Count, classes);
        Tensor loss = _loss.Forward(made.Main, targets);
        foreach ((Tensor output, double weight) in made.Others)
        {
            loss += _loss.Forward(output, targets) * weight;
        }

        double value = loss.Item();
        if (double.IsFinite(value))
        {
            pass.Backward(loss, complete);
        }

        (double score, int counted) = _task.Measure(_inputs.Model, made.Main, batch);
        return new BatchOutcome(value, score, counted, batch.Count);
    }

    /// <summary>Updates the weights from the gradients of <paramref name="batches"/> batches, unless these are not finite.</summary>
    /// <returns>The norm of the averaged gradients before clipping. When it is not finite, nothing was changed.</returns>
    public double Update(int batches)
    {
        double share = 1.0 / batches;
        double norm = Optimizer.GradientNorm() * share;
        if (double.IsFinite(norm))
        {
            Optimizer.Step(share * GradientClipping.Scale(norm, _options.ClipGradient ?? 0));
            Average?.Update();
        }

        Optimizer.ClearGrads();
        return norm;
    }

    /// <summary>Gives back what the optimiser, the average and the engine hold.</summary>
    public void Dispose()
    {
        Optimizer.Dispose();
        Average?.Dispose();
        _passes.Dispose();
    }
}
