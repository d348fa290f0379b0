defmodule ElixirHello.Counter do
  @moduledoc "Counts letters in tasks, says what it found, and stops the node."
  use GenServer
  require Logger

  def start_link(_), do: GenServer.start_link(__MODULE__, :ok, name: __MODULE__)

  @impl true
  def init(:ok) do
    config = Application.get_all_env(:elixir_hello)
    {:ok, Map.new(config), {:continue, :go}}
  end

  @impl true
  def handle_continue(:go, %{greeting: greeting, words: words} = state) do
    IO.puts("#{greeting} from Elixir #{System.version()} on OTP #{System.otp_release()}")
    Logger.info("counting the letters of #{length(words)} words")

    letters =
      words
      |> Enum.map(&Task.async(fn -> Enum.frequencies(String.graphemes(&1)) end))
      |> Enum.map(&Task.await/1)
      |> Enum.reduce(&Map.merge(&1, &2, fn _, a, b -> a + b end))

    {letter, count} = Enum.max_by(letters, fn {letter, count} -> {count, letter} end)
    IO.puts("most frequent: #{letter}, #{count} times of #{letters |> Map.values() |> Enum.sum()}")
    System.stop(0)
    {:noreply, state}
  end
end
