using Fovea.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Fovea.Cli.Progress;

/// <summary>A bar that moves, for a terminal: batches of the epoch, loss, top-1, images per second, time left. Finished epochs stay above it as lines.</summary>
internal sealed class LiveProgress : IProgress<TrainingEvent>
{
    private readonly IAnsiConsole _console;
    private readonly ProgressContext _context;
    private readonly DetailColumn _detail;
    private ProgressTask? _task;
    private string _phase = string.Empty;

    private LiveProgress(IAnsiConsole console, ProgressContext context, DetailColumn detail)
    {
        _console = console;
        _context = context;
        _detail = detail;
    }

    /// <summary>Does the work with a bar below what is written.</summary>
    public static T Run<T>(IAnsiConsole console, Func<IProgress<TrainingEvent>, T> work)
    {
        var detail = new DetailColumn();
        int bar = IsNarrow(console) ? 8 : 24;
        return console.Progress()
            .AutoClear(true)
            .HideCompleted(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = bar }, detail)
            .Start(context => work(new LiveProgress(console, context, detail)));
    }

    public void Report(TrainingEvent value)
    {
        switch (value)
        {
            case RunStarted started:
                foreach (string line in ProgressText.Of(started))
                {
                    _console.WriteLine(line);
                }

                break;
            case BatchDone batch:
                Show(ProgressText.Epoch(batch.Epoch, batch.Epochs), batch.Batch, batch.Batches, IsNarrow(_console) ? ProgressText.ShortDetail(batch) : ProgressText.Detail(batch));
                break;
            case EvaluationProgress evaluation:
                Show("evaluating", evaluation.Images, evaluation.Total, $"{evaluation.Metric} {Quantity.Percent(evaluation.Top1)}");
                break;
            case EpochDone epoch:
                Stop();
                _console.WriteLine(ProgressText.Of(epoch));
                break;
            case DataCheckProgress check:
                Show("looking at the data", check.Share, 1, string.Empty);
                break;
            case Notice notice:
                _console.WriteLine(notice.Message);
                break;
            case TrainingWarning warning:
                _console.WriteLine($"warning: {warning.Message}", new Style(Color.Yellow));
                break;
        }
    }

    // Columns that do not fit are not cut but wrapped, and a bar of two lines jumps.
    private static bool IsNarrow(IAnsiConsole console) => console.Profile.Width < 108;

    // A task of Spectre's that has reached its end stays finished, so each phase gets a new one.
    private void Show(string phase, double value, double total, string detail)
    {
        if (_phase != phase || _task is null)
        {
            Stop();
            _phase = phase;
            _task = _context.AddTask(Markup.Escape(phase), maxValue: Math.Max(1, total));
        }

        _detail.Text = detail;
        _task.Value = value;
    }

    private void Stop()
    {
        _task?.StopTask();
        _task = null;
    }

    private sealed class DetailColumn : ProgressColumn
    {
        // Written by the thread that works, read by the one that draws.
        private volatile string _text = string.Empty;

        public string Text
        {
            set => _text = value;
        }

        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(_text).Overflow(Overflow.Ellipsis);
    }
}
