using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Adds up an evaluation, image by image in the order of the data, so that the sums do not depend on how the images were batched.</summary>
public interface IEvaluationMeter
{
    /// <summary>Images so far.</summary>
    int Images { get; }

    /// <summary>The task's score so far; null while nothing counts.</summary>
    double? Score { get; }

    /// <summary>Takes a batch in.</summary>
    /// <param name="outputs">What the model gave, checked by the task.</param>
    /// <param name="batch">The batch.</param>
    void Add(Tensor outputs, Batch batch);

    /// <summary>What came of it.</summary>
    /// <param name="seconds">Wall-clock seconds that the evaluation took.</param>
    Evaluation Result(double seconds);
}
