package relay

import "encoding/json"

// A question is what the worker's JavaScript asks: one of its fields is set.
type question struct {
	Ask    *Request `json:"ask"`
	Answer *struct {
		Order  Order             `json:"order"`
		Status int               `json:"status"`
		Header map[string]string `json:"header"`
		// Body is that of the answer to an order with Then.
		Body string `json:"body"`
	} `json:"answer"`
	Failed *struct {
		Order   Order   `json:"order"`
		Failure Failure `json:"failure"`
	} `json:"failed"`
}

// Decide is Ask, Answer and Failed for callers that speak JSON:
//
//	{"ask": Request} | {"answer": {"order", "status", "header"}} | {"failed": {"order", "failure"}}
//
// What comes back is a [Step]. A question that cannot be read is refused.
func (r Relay) Decide(text string) string {
	var q question
	step := Step{}
	switch err := json.Unmarshal([]byte(text), &q); {
	case err == nil && q.Ask != nil && q.Answer == nil && q.Failed == nil:
		step = r.Ask(*q.Ask)
	case err == nil && q.Answer != nil && q.Ask == nil && q.Failed == nil:
		step = r.Answer(q.Answer.Order, q.Answer.Status, q.Answer.Header)
		if q.Answer.Order.Then != nil {
			step = r.Token(q.Answer.Order, q.Answer.Status, []byte(q.Answer.Body))
		}
	case err == nil && q.Failed != nil && q.Ask == nil && q.Answer == nil:
		step = r.Failed(q.Failed.Order, q.Failed.Failure)
	default:
		step = refuse(500, "the question to the relay cannot be read")
	}
	raw, err := json.Marshal(step)
	if err != nil {
		return "" // strings and numbers always marshal; a caller takes "" for OutOfOrder
	}
	return string(raw)
}

// OutOfOrder is the reply to give where the relay itself does not work.
func OutOfOrder() Reply {
	return *refuse(500, "the relay is out of order").Reply
}
