namespace Fovea.Training;

/// <summary>
/// A further part of a run's report, by somebody who knows what training does not, such as how to show what a model attends to. It is asked
/// once, when the run is over, with the best weights in the model.
/// </summary>
public interface IReportSection
{
    /// <summary>Adds to the report.</summary>
    /// <param name="report">The page, the folder, the model in evaluation mode, and the validation images.</param>
    /// <param name="model">What the model is.</param>
    /// <param name="evaluation">What the validation of the best epoch came to.</param>
    void Write(ReportContext report, ModelDescription model, Evaluation evaluation);
}
