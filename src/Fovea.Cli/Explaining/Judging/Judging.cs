using System.Text.Json.Nodes;
using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Inspect;
using Fovea.Training;

namespace Fovea.Cli.Explaining;

/// <summary><c>explain --data</c>: prints tables of what attention does and of how faithful maps are, and writes them as <c>judged.md</c> and <c>judged.json</c>.</summary>
internal static class Judging
{
    public static int Run(ExplainOptions options, bool json, StandardStreams where)
    {
        TextWriter people = json ? where.Error : where.Output;
        (IReadOnlyList<ReportTable> tables, JsonObject judged) = SubjectFlags.WithThreads(options.Threads, () =>
            ProgressRunner.Run(where.Error, where.Error, quiet: false, "stopping", (progress, stop) =>
            {
                ExplainedModel model = ExplainedModel.Open(options.Weights, options.Request, DownloadProgress.Of(progress), stop);
                progress.Report(new Notice($"{model.Description.Title}; preprocessing: {model.Description.PreprocessingText}"));
                using EngineLooks? there = model.LooksOn(options.Engine);
                var judge = new MapJudge(model.Module, model.Description, options, text => progress.Report(new Notice(text)));
                return judge.Run(new Tenths(progress), stop);
            }));
        string text = string.Join('\n', tables);
        Directory.CreateDirectory(options.Output);
        File.WriteAllText(Path.Combine(options.Output, "judged.md"), text);
        File.WriteAllText(Path.Combine(options.Output, "judged.json"), judged.ToJsonString());
        people.WriteLine(text);
        people.WriteLine($"Written: {Path.GetFullPath(Path.Combine(options.Output, "judged.md"))}, judged.json");
        if (json)
        {
            where.Output.WriteLine(judged.ToJsonString());
        }

        return ExitCode.Done;
    }

    /// <summary>Tells of every tenth of the pictures, and of every layer.</summary>
    private sealed class Tenths(IProgress<TrainingEvent> progress) : IProgress<FaithfulnessProgress>
    {
        private string _told = string.Empty;

        public void Report(FaithfulnessProgress value)
        {
            string text = value.Total > 20 ? $"pictures: {10 * (10 * value.Done / value.Total)} %" : value.Doing;
            if (text != _told)
            {
                progress.Report(new Notice(_told = text));
            }
        }
    }
}
